//! The frame that every controlled document carries: number, revision, classification, dates, history.

use super::fields::blank_field;
use super::{ChoiceOption, Field, Kind, TableField, Text};

/// Rows of 版本记录 on paper.
const REVISION_ROWS: usize = 8;

/// The fields of the frame. A template may give them another label, or ask for them, under the same id.
pub(super) fn fields(number: &str, category: &str) -> Vec<Field> {
    let mut fields = vec![
        field("doc_number", "文件编号", Kind::Number { pattern: number.to_owned() }),
        field("doc_revision", "版本", Kind::Version),
        field("control_state", "受控状态", choice(&["受控", "非受控", "作废（保留）"])),
        field("classification", "密级", choice(&["公开", "内部", "机密", "绝密"])),
        field("doc_category", "文档分类", Kind::Text),
        field("doc_department", "编制部门", Kind::Department { many: false }),
        field("doc_date", "编制日期", Kind::Date),
        field("doc_author", "编写", Kind::Person { many: false }),
        field("doc_reviewer", "审核", Kind::Person { many: false }),
        field("doc_approver", "批准", Kind::Person { many: false }),
        field("first_issued", "初次发布日期", Kind::Date),
        field("effective_date", "生效日期", Kind::Date),
        field("revised_date", "修订日期", Kind::Date),
        field(
            "revisions",
            "版本记录",
            Kind::Table(TableField {
                columns: vec![
                    field("version", "版本号", Kind::Version),
                    field("date", "版本日期", Kind::Date),
                    field("change", "修改", Kind::LongText),
                    field("approver", "审批人", Kind::Person { many: false }),
                    field("note", "备注", Kind::LongText),
                ],
                fixed: Vec::new(),
                presets: Vec::new(),
                free: true,
                blank_rows: REVISION_ROWS,
                min_rows: 0,
                totals: None,
            }),
        ),
    ];
    for field in &mut fields {
        match field.id.as_str() {
            "doc_category" if !category.is_empty() => field.default = Some(category.into()),
            "doc_department" => field.carries = Some("release.department".to_owned()),
            _ => {}
        }
    }
    fields
}

fn field(id: &str, label: &str, kind: Kind) -> Field {
    Field { label: label.to_owned(), kind, frame: true, ..blank_field(id) }
}

fn choice(options: &[&str]) -> Kind {
    let options = options.iter().map(|text| ChoiceOption::new(Text::literal(text)).expect("these have names"));
    Kind::Choice { options: options.collect(), many: false }
}
