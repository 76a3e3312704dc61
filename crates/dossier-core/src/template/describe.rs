//! What a template asks for, told to programs and to people who have never seen it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::fields::type_name;
use super::{Field, Kind, Style, TableField, Template, number_of};

/// Everything a program needs to fill a form.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    pub id: String,
    pub version: String,
    pub title: String,
    pub form_number: String,
    /// Pattern of the official number.
    pub number: String,
    pub category: String,
    pub style: &'static str,
    pub fields: Vec<FieldDescription>,
}

/// One field, or one column of a table.
#[derive(Debug, Clone, Serialize)]
pub struct FieldDescription {
    pub id: String,
    /// As printed.
    pub label: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub required: bool,
    /// Whether a list of values is wanted.
    #[serde(skip_serializing_if = "is_false")]
    pub many: bool,
    /// What a value looks like: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// A value that would be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// What may be chosen, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The fields that say more about an option, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub option_blanks: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carries: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// What must hold for the field to be wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How the field fills itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
    /// Number, revision, classification and the like: usually given by the program.
    #[serde(skip_serializing_if = "is_false")]
    pub frame: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableDescription>,
}

/// Rows and columns of a table field.
#[derive(Debug, Clone, Serialize)]
pub struct TableDescription {
    pub columns: Vec<FieldDescription>,
    /// Cells of the rows that are always there; rows of content follow their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixed_rows: Vec<FixedRowDescription>,
    /// Rows that stand there until the table is filled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Map<String, Value>>,
    pub may_add_rows: bool,
    pub min_rows: usize,
    pub blank_rows: usize,
}

/// A row that is always there.
#[derive(Debug, Clone, Serialize)]
pub struct FixedRowDescription {
    pub values: Map<String, Value>,
    /// Cells that are of another type than their column.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, CellType>,
}

/// Type and format of a single cell.
#[derive(Debug, Clone, Serialize)]
pub struct CellType {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Describes a template: its own fields first, those of the frame last.
pub fn describe(template: &Template) -> Description {
    let (frame, own): (Vec<&Field>, Vec<&Field>) = template.fields.iter().partition(|field| field.frame);
    Description {
        id: template.id.clone(),
        version: template.version.clone(),
        title: template.title.clone(),
        form_number: template.form_number.clone(),
        number: template.number.clone(),
        category: template.category.clone(),
        style: match template.style {
            Style::Form => "form",
            Style::Report => "report",
            Style::Plan => "plan",
            Style::Table => "table",
        },
        fields: own.into_iter().chain(frame).map(describe_field).collect(),
    }
}

fn describe_field(field: &Field) -> FieldDescription {
    let (mut options, mut option_blanks, mut many) = (Vec::new(), BTreeMap::new(), false);
    match &field.kind {
        Kind::Choice { options: all, many: several } => {
            many = *several;
            for option in all {
                options.push(option.name.clone());
                let blanks: Vec<String> = option.text.fields().map(str::to_owned).collect();
                if !blanks.is_empty() {
                    option_blanks.insert(option.name.clone(), blanks);
                }
            }
        }
        Kind::Person { many: several } | Kind::Department { many: several } => many = *several,
        _ => {}
    }
    FieldDescription {
        id: field.id.clone(),
        label: field.label.clone(),
        kind: type_name(&field.kind),
        required: field.required,
        many,
        format: format_of(&field.kind),
        example: example_of(&field.kind),
        options,
        option_blanks,
        unit: field.unit.clone(),
        hint: field.hint.clone(),
        help: field.help.clone(),
        clause: field.clause.clone(),
        carries: field.carries.clone(),
        default: field.default.clone(),
        when: field.when.as_ref().map(ToString::to_string),
        computed: field.compute.as_ref().map(ToString::to_string),
        frame: field.frame,
        table: field.table().map(describe_table),
    }
}

fn describe_table(table: &TableField) -> TableDescription {
    let fixed_rows = table.fixed.iter().map(|row| FixedRowDescription {
        values: row.values.clone(),
        types: row
            .kinds
            .iter()
            .map(|(id, kind)| (id.clone(), CellType { kind: type_name(kind), format: format_of(kind) }))
            .collect(),
    });
    TableDescription {
        columns: table.columns.iter().map(describe_field).collect(),
        fixed_rows: fixed_rows.collect(),
        presets: table.presets.clone(),
        may_add_rows: table.free,
        min_rows: table.min_rows,
        blank_rows: table.blank_rows,
    }
}

/// What a value looks like as JSON.
pub fn format_of(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Date => "YYYY-MM-DD",
        Kind::DateOrWords => "YYYY-MM-DD or words",
        Kind::DateTime => "YYYY-MM-DD HH:MM",
        Kind::Time => "HH:MM",
        Kind::Duration { .. } => "minutes as integer",
        Kind::Rating => "1-5",
        Kind::Integer => "integer",
        Kind::Decimal => "number, or string of digits",
        Kind::Version => "string such as V4.1.2 or 1.10",
        Kind::LongText => "string, may hold line breaks",
        Kind::Table(_) => "list of objects by column id",
        _ => return None,
    })
}

fn example_of(kind: &Kind) -> Option<Value> {
    let first = |options: &[super::ChoiceOption]| options.first().map(|option| option.name.clone());
    Some(match kind {
        Kind::Integer => json!(12),
        Kind::Decimal => json!(12.5),
        Kind::Date | Kind::DateOrWords => json!("2026-04-15"),
        Kind::DateTime => json!("2026-04-15 10:00"),
        Kind::Time => json!("10:06"),
        Kind::Duration { .. } => json!(90),
        Kind::Version => json!("V4.1.2"),
        Kind::Rating => json!(4),
        Kind::Choice { options, many: false } => json!(first(options)?),
        Kind::Choice { options, many: true } => json!([first(options)?]),
        Kind::Person { many: true } => json!(["张三", "李四"]),
        Kind::Department { many: true } => json!(["产品部", "研发部"]),
        Kind::Person { many: false } | Kind::Signature => json!("张三"),
        Kind::Department { many: false } => json!("产品部"),
        Kind::Number { pattern } => json!(number_of(pattern, 2026, 1)),
        Kind::Text | Kind::LongText | Kind::Table(_) => return None,
    })
}

/// The same for people, one line a field.
pub fn describe_text(template: &Template) -> String {
    let description = describe(template);
    let mut out = format!(
        "{} {}　表单编号 {}　表单版本 {}　编号 {}\n\n",
        description.id, description.title, description.form_number, description.version, description.number
    );
    let (frame, own): (Vec<_>, Vec<_>) = description.fields.iter().partition(|field| field.frame);
    for field in own {
        write_field(&mut out, field, 0);
    }
    out.push_str("\n文件信息\n");
    for field in frame {
        write_field(&mut out, field, 0);
    }
    out
}

fn write_field(out: &mut String, field: &FieldDescription, depth: usize) {
    let indent = "    ".repeat(depth);
    let required = if field.required { "●" } else { "○" };
    let _ = write!(out, "{indent}{required} {}　{}　{}", field.id, field.label, kind_name(field.kind));
    if field.many {
        out.push_str("，可多个");
    }
    if !field.options.is_empty() {
        let _ = write!(out, "：{}", field.options.join("、"));
    }
    if let Some(unit) = &field.unit {
        let _ = write!(out, "，单位 {unit}");
    }
    if let Some(example) = field.example.as_ref().filter(|_| field.options.is_empty()) {
        let _ = write!(out, "，如 {example}");
    }
    if let Some(when) = &field.when {
        let _ = write!(out, "，仅当 {when}");
    }
    if let Some(computed) = &field.computed {
        let _ = write!(out, "，自动填 {computed}");
    }
    if let Some(default) = &field.default {
        let _ = write!(out, "，默认 {default}");
    }
    if let Some(table) = &field.table {
        let rows = match (table.fixed_rows.len(), table.may_add_rows) {
            (0, _) if table.min_rows > 0 => format!("，至少 {} 行", table.min_rows),
            (0, _) => String::new(),
            (fixed, true) => format!("，固定 {fixed} 行，可加行"),
            (fixed, false) => format!("，固定 {fixed} 行"),
        };
        out.push_str(&rows);
    }
    out.push('\n');
    for column in field.table.iter().flat_map(|table| &table.columns) {
        write_field(out, column, depth + 1);
    }
}

fn kind_name(kind: &str) -> &str {
    match kind {
        "text" => "文字",
        "long_text" => "多行文字",
        "integer" => "整数",
        "decimal" => "数字",
        "date" => "日期",
        "datetime" => "日期和时刻",
        "time" => "时刻",
        "duration" => "时长（分钟）",
        "version" => "版本号",
        "choice" => "选择",
        "person" => "人员",
        "department" => "部门",
        "rating" => "评分（1 到 5）",
        "signature" => "签字",
        "number" => "文件编号",
        "table" => "表格",
        other => other,
    }
}
