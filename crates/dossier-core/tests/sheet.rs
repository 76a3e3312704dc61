//! Workbooks: what was exported comes back, whatever people did to it in between.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use dossier_core::compose::{Letterhead, Marks, Wanted, compose};
use dossier_core::document::{Document, Draft, Values, validate};
use dossier_core::import;
use dossier_core::sheet::{self, Meta, ReadBack};
use dossier_core::template::Template;
use serde_json::{Map, Value, json};

const FORMS: [&str; 4] = ["release-application", "release-plan-table", "release-plan", "release-summary"];

fn folder(form: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(form)
}

fn template(form: &str) -> Template {
    let text = std::fs::read_to_string(folder(form).join("template.toml")).unwrap();
    Template::parse(&text, form).unwrap_or_else(|error| panic!("{form}: {error:?}"))
}

fn sample(template: &Template) -> Document {
    let text = std::fs::read_to_string(folder(&template.id).join("sample.json")).unwrap();
    let content = serde_json::from_str(&text).unwrap();
    document(template, content)
}

fn document(template: &Template, content: Map<String, Value>) -> Document {
    let draft = Draft { template: template.id.clone(), content };
    validate(&draft, template).unwrap_or_else(|issues| panic!("{issues:?}"))
}

fn meta() -> Meta {
    let created = chrono::NaiveDate::from_ymd_opt(2026, 3, 20).unwrap().and_hms_opt(8, 0, 0).unwrap();
    Meta { author: "陈晓明".into(), organisation: "星图科技有限公司".into(), created }
}

fn export(template: &Template, document: &Document, wanted: Wanted) -> Vec<u8> {
    let facts = Map::new();
    let letterhead = Letterhead {
        organisation: "星图科技有限公司".into(),
        control_state: "非受控".into(),
        classification: "内部".into(),
        ..Letterhead::default()
    };
    let paper = compose(template, &Values::new(document, template, &facts), &letterhead, &Marks::default(), wanted);
    sheet::write(&paper, template, document.content(), &meta()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn read(template: &Template, bytes: &[u8]) -> ReadBack {
    let back = sheet::read(bytes, "exported.xlsx", template).unwrap_or_else(|error| panic!("{error:?}"));
    back.expect("an exported workbook is one of ours")
}

#[track_caller]
fn check_content(back: &ReadBack, expected: &Map<String, Value>) {
    for (id, value) in expected {
        assert!(back.content.get(id) == Some(value), "{id}: {} instead of {value}", back.content[id]);
    }
    let added: Vec<_> = back.content.keys().filter(|id| !expected.contains_key(*id)).collect();
    assert!(added.is_empty(), "nothing is added: {added:?}");
}

#[track_caller]
fn check_same(template: &Template, document: &Document, bytes: &[u8]) {
    let back = read(template, bytes);
    assert_eq!(back.warnings, [], "{}: nothing was changed", template.id);
    check_content(&back, document.content());
}

#[test]
fn every_form_comes_back_as_it_was() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        check_same(&template, &document, &export(&template, &document, Wanted::default()));
        let blank = Document::blank(&template);
        check_same(&template, &blank, &export(&template, &blank, Wanted::default()));
        let wanted = Wanted { blank: true, ..Wanted::default() };
        check_same(&template, &document, &export(&template, &document, wanted));
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        let (one, two) =
            (export(&template, &document, Wanted::default()), export(&template, &document, Wanted::default()));
        assert!(one == two, "{form} differs when it is exported twice");
    }
}

/// One part of a workbook as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What stands behind a defined name.
#[track_caller]
fn named(bytes: &[u8], name: &str) -> import::Value {
    let workbook = import::open(bytes, "exported.xlsx").unwrap();
    workbook.named_cell(name).unwrap_or_else(|| panic!("{name} names an empty cell")).value.clone()
}

#[test]
fn numbers_are_numbers_dates_dates_and_what_was_typed_is_text() {
    let template = every_kind();
    let content = json!({
        "name": "x", "story": "=1+1", "count": 86_400, "cost": "12.50", "moment": "2026-04-15 10:30",
        "clock": "10:06", "minutes": 120, "release": "1.10", "owner": "@陈晓明"
    });
    let document = document(&template, content.as_object().unwrap().clone());
    let bytes = export(&template, &document, Wanted::default());
    let number = |name: &str| match named(&bytes, name) {
        import::Value::Number(number) => (number.value, number.format.code.clone()),
        other => panic!("{name} is {other:?}"),
    };
    assert_eq!(number("d_count"), (86_400.0, "#,##0\" 台\"".to_owned()));
    assert_eq!(number("d_cost"), (12.5, "#,##0.00\" 元\"".to_owned()));
    assert_eq!(number("d_minutes"), (120.0, "#,##0\" 分钟\"".to_owned()));
    let moment = |name: &str| match named(&bytes, name) {
        import::Value::Moment(moment) => moment.at.to_string(),
        other => panic!("{name} is {other:?}"),
    };
    assert_eq!(moment("d_moment"), "2026-04-15 10:30:00");
    let text = |name: &str| match named(&bytes, name) {
        import::Value::Text(text) => text.to_string(),
        other => panic!("{name} is {other:?}"),
    };
    assert_eq!(text("d_story"), "=1+1");
    assert_eq!(text("d_release"), "1.10");
    assert_eq!(text("d_owner"), "@陈晓明");
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"), "no formula comes from what was typed");
}

#[test]
fn the_plan_is_ready_to_work_with_and_to_print() {
    let template = template("release-plan-table");
    let sheet = part(&export(&template, &sample(&template), Wanted::default()), "xl/worksheets/sheet1.xml");
    for wanted in [
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "state=\"frozen\"",
        "<autoFilter ref=\"A4:N22\"/>",
        "<formula1>\"高,中,低\"</formula1>",
        "第 &amp;P 页 / 共 &amp;N 页",
        "REL-PLT-2026-007",
    ] {
        assert!(sheet.contains(wanted), "{wanted} is missing");
    }
    let book = part(&export(&template, &sample(&template), Wanted::default()), "xl/workbook.xml");
    assert!(book.contains("_xlnm.Print_Titles") && book.contains("_xlnm.Print_Area"), "head rows repeat: {book}");
    assert!(book.contains("state=\"veryHidden\""), "what the workbook knows of itself stays out of sight");
}

/// A plan of so many rows.
fn plan(template: &Template, rows: usize) -> Document {
    let row = |index: usize| {
        json!({
            "order": index + 1, "system": format!("系统 {index}"), "version": "V1.10.0", "risk": "中",
            "change": format!("<第 {index} 行> & _x0041_\n第二行"), "developer": ["王海涛", "马骏"]
        })
    };
    let mut content = Map::new();
    content.insert("systems".to_owned(), (0..rows).map(row).collect());
    document(template, content)
}

#[test]
fn long_plans_come_back_too() {
    let template = template("release-plan-table");
    for rows in [299, 300, 1_000] {
        let document = plan(&template, rows);
        let bytes = export(&template, &document, Wanted::default());
        check_same(&template, &document, &bytes);
        assert!(bytes == export(&template, &document, Wanted::default()), "{rows} rows differ when exported twice");
    }
}

#[test]
fn no_row_is_too_tall_for_excel() {
    let template = template("release-plan-table");
    let mut content = plan(&template, 3).into_content();
    content["systems"][1]["change"] = "很长的说明，".repeat(500).into();
    let document = document(&template, content);
    let bytes = export(&template, &document, Wanted::default());
    check_same(&template, &document, &bytes);
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    let heights = sheet.split(" ht=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap());
    let heights: Vec<f64> = heights.collect();
    assert!(heights.iter().all(|height| *height <= 409.5), "{heights:?}");
    let needed = 3_000.0 / 12.0 * 11.6;
    assert!(heights.iter().sum::<f64>() > needed, "the text is as tall as its lines");
}

#[test]
fn what_excel_cannot_hold_is_refused_with_its_field() {
    let template = template("release-plan-table");
    let mut content = plan(&template, 2).into_content();
    content["systems"][1]["change"] = "长".repeat(33_000).into();
    let draft = Draft { template: template.id.clone(), content };
    let Ok(document) = validate(&draft, &template) else { return };
    let facts = Map::new();
    let values = Values::new(&document, &template, &facts);
    let paper = compose(&template, &values, &Letterhead::default(), &Marks::default(), Wanted::default());
    let error = sheet::write(&paper, &template, document.content(), &meta()).unwrap_err();
    assert_eq!(error.issues[0].path, "systems[1].change");
    assert_eq!(error.message, "“发布计划表”第 2 行“变更内容”有 33000 个字符，Excel 的一个单元格最多 32767 个");
}

#[test]
fn a_workbook_of_others_is_left_to_the_importer() {
    let plans = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/import/typed-cells.xlsx");
    let Ok(bytes) = std::fs::read(plans) else { return };
    assert_eq!(sheet::read(&bytes, "typed-cells.xlsx", &template("release-plan-table")).unwrap(), None);
}

#[test]
fn a_workbook_of_another_form_is_refused() {
    let summary = template("release-summary");
    let bytes = export(&summary, &sample(&summary), Wanted::default());
    let error = sheet::read(&bytes, "report.xlsx", &template("release-plan-table")).unwrap_err();
    assert!(error.message.contains("发布计划表"), "{error:?}");
}

/// Opens a workbook in LibreOffice, edits it with a few lines of Basic (`book`, `page`, `named(name)`) and saves it.
/// `None`: it is not installed.
fn edited(bytes: &[u8], name: &str, edits: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sheet-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    let library = folder.join("profile/user/basic/Standard");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("form.xlsx"), bytes).unwrap();
    let url = |file: &str| format!("file://{}", folder.join(file).display());
    let soffice = |argument: &str| {
        let profile = format!("-env:UserInstallation={}", url("profile"));
        Command::new("soffice").args([&profile, "--headless", argument]).output()
    };
    // The first start makes the profile, with an empty library of macros.
    soffice("--terminate_after_init").ok()?;
    let macro_text = format!(
        r#"
Dim book As Object
Dim page As Object
Function named(name As String)
  named = book.NamedRanges.getByName(name).getReferredCells()
End Function
Sub Edit
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL("{}", "_blank", 0, hidden())
  page = book.Sheets.getByIndex(0)
{edits}
  Dim filter(0) As New com.sun.star.beans.PropertyValue
  filter(0).Name = "FilterName"
  filter(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL("{}", filter())
  book.close(True)
End Sub
"#,
        url("form.xlsx"),
        url("edited.xlsx")
    );
    let escaped = macro_text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let module =
        "xmlns:script=\"http://openoffice.org/2000/script\" script:name=\"Edits\" script:language=\"StarBasic\"";
    let header = |kind: &str, dtd: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE {kind} PUBLIC \"-//OpenOffice.org//DTD OfficeDocument 1.0//EN\" \"{dtd}\">\n"
        )
    };
    let module_text = format!("<script:module {module}>{escaped}</script:module>");
    std::fs::write(library.join("Edits.xba"), header("script:module", "module.dtd") + &module_text).unwrap();
    let library_text = "<library:library xmlns:library=\"http://openoffice.org/2000/library\" library:name=\"Standard\" \
                        library:readonly=\"false\" library:passwordprotected=\"false\">\
                        <library:element library:name=\"Edits\"/></library:library>";
    std::fs::write(library.join("script.xlb"), header("library:library", "library.dtd") + library_text).unwrap();
    let done = soffice("macro:///Standard.Edits.Edit").ok()?;
    let saved = std::fs::read(folder.join("edited.xlsx"));
    Some(saved.unwrap_or_else(|_| panic!("nothing was saved: {}", String::from_utf8_lossy(&done.stderr))))
}

#[test]
#[ignore = "starts LibreOffice once for each form"]
fn every_form_survives_libreoffice() {
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        let Some(bytes) = edited(&export(&template, &document, Wanted::default()), form, "") else { return };
        check_same(&template, &document, &bytes);
    }
}

#[test]
#[ignore = "starts LibreOffice"]
fn rows_that_people_insert_delete_and_change_are_taken_over() {
    let template = template("release-plan-table");
    let document = sample(&template);
    let edits = r#"
  Dim top As Long
  top = named("t_systems").RangeAddress.StartRow
  ' A new row before the third, and one typed under the last row.
  page.Rows.insertByIndex(top + 2, 1)
  page.getCellByPosition(0, top + 2).Value = 99
  page.getCellByPosition(1, top + 2).String = "新系统"
  page.getCellByPosition(2, top + 2).String = "1.10"
  page.getCellByPosition(4, top + 2).String = "高"
  page.getCellByPosition(12, top + 2).String = "王海涛、马骏"
  ' The row that was the sixth goes, the one that was the first changes.
  page.Rows.removeByIndex(top + 6, 1)
  page.getCellByPosition(3, top).String = "改过的内容" + Chr(10) + "第二行"
  page.getCellByPosition(4, top).String = "极高"
  named("d_planned_at").String = "计划发布时间：2026年05月01日 14时30分"
"#;
    let Some(bytes) = edited(&export(&template, &document, Wanted::default()), "plan-edited", edits) else { return };
    let back = read(&template, &bytes);
    let mut expected = document.content().clone();
    let rows = expected["systems"].as_array_mut().unwrap();
    rows.remove(5);
    rows[0]["change"] = "改过的内容\n第二行".into();
    let new = json!({
        "order": 99, "system": "新系统", "version": "1.10", "risk": "高", "developer": ["王海涛", "马骏"]
    });
    rows.insert(2, new);
    expected["planned_at"] = "2026-05-01 14:30".into();
    check_content(&back, &expected);
    let [warning] = &back.warnings[..] else { panic!("{:?}", back.warnings) };
    assert_eq!(warning.code, "not_an_option", "{warning:?}");
    assert!(warning.path.starts_with("发布计划表!E"), "{warning:?}");
}

#[test]
#[ignore = "starts LibreOffice"]
fn cells_that_people_change_in_the_form_are_taken_over() {
    let template = template("release-application");
    let document = sample(&template);
    let edits = r#"
  named("d_product_name").String = "=另一个产品"
  named("d_release_type").String = "□重大版本发布 □功能迭代发布 ☑补丁版本发布 □紧急修复发布"
  named("d_planned_minutes").Value = 95
  Dim top As Long
  top = named("r_systems_2").RangeAddress.StartRow
  ' A system of two rows between the two that are there.
  page.Rows.insertByIndex(top, 2)
  page.getCellByPosition(named("c_systems_2").RangeAddress.StartColumn, top).String = "第三个系统"
  page.getCellByPosition(named("c_systems_8").RangeAddress.StartColumn, top + 1).String = "依赖它"
"#;
    let Some(bytes) = edited(&export(&template, &document, Wanted::default()), "form-edited", edits) else { return };
    let back = read(&template, &bytes);
    assert_eq!(back.warnings, []);
    let mut expected = document.content().clone();
    expected["product_name"] = "=另一个产品".into();
    expected["release_type"] = "补丁版本发布".into();
    expected["planned_minutes"] = 95.into();
    let rows = expected["systems"].as_array_mut().unwrap();
    rows.insert(1, json!({ "system": "第三个系统", "depends": "依赖它" }));
    check_content(&back, &expected);
}

#[test]
#[ignore = "writes the samples for people to look at"]
fn samples_to_look_at() {
    let out = PathBuf::from(std::env::var("SHEET_OUT").expect("SHEET_OUT names a folder"));
    for form in FORMS {
        let template = template(form);
        let document = sample(&template);
        std::fs::write(out.join(format!("{form}.xlsx")), export(&template, &document, Wanted::default())).unwrap();
        let wanted = Wanted { blank: true, ..Wanted::default() };
        std::fs::write(out.join(format!("{form}-blank.xlsx")), export(&template, &document, wanted)).unwrap();
    }
}

/// A form with a field of every kind, alone in a cell and among others.
const EVERY_KIND: &str = r#"
id = "every-kind"
version = "1.0"
form_number = "T-01"
title = "各种字段"
number = "T-{year}-{seq:03}"
category = "测试"
style = "form"

[fields.name]
label = "名称"
type = "text"
[fields.story]
label = "说明"
type = "long_text"
[fields.count]
label = "数量"
type = "integer"
unit = "台"
[fields.cost]
label = "花费"
type = "decimal"
unit = "元"
[fields.day]
label = "日期"
type = "date"
[fields.moment]
label = "时间"
type = "datetime"
[fields.clock]
label = "时刻"
type = "time"
[fields.minutes]
label = "时长"
type = "duration"
style = "minutes"
[fields.hours]
label = "用时"
type = "duration"
[fields.release]
label = "版本"
type = "version"
[fields.level]
label = "等级"
type = "choice"
options = ["高", "中", "低"]
[fields.ways]
label = "方式"
type = "choice"
many = true
options = ["邮件", "电话", "其他：{ways_other}"]
[fields.ways_other]
label = "其他方式"
type = "text"
[fields.owner]
label = "负责人"
type = "person"
[fields.members]
label = "成员"
type = "person"
many = true
[fields.stars]
label = "满意度"
type = "rating"
[fields.signed]
label = "签字"
type = "signature"
[fields.rows]
label = "清单"
type = "table"
columns = [
  { id = "what", label = "事项", type = "text" },
  { id = "note", label = "说明", type = "long_text" },
  { id = "due", label = "期限", type = "date" },
  { id = "share", label = "占比", type = "decimal" },
  { id = "state", label = "状态", type = "choice", options = ["完成", "未完成"] },
  { id = "risk", label = "风险", type = "choice", options = ["高", "低"] },
  { id = "people", label = "人员", type = "person", many = true },
]

[[layout]]
lines = [["名称：{name}", "日期：{day}"]]
[[layout]]
bar = "一、单独"
[[layout]]
grid.rows = [
  { widths = [25, 140], cells = ["说明", "{story}"] },
  { widths = [25, 30, 25, 30, 25, 30], cells = ["数量", "{count}", "花费", "{cost}", "时刻", "{clock}"] },
  { widths = [25, 57, 25, 58], cells = ["时间", "{moment}", "时长", "{minutes}"] },
  { widths = [25, 57, 25, 58], cells = ["用时", "{hours}", "版本", "{release}"] },
  { widths = [25, 57, 25, 58], cells = ["等级", "{level}", "方式", "{ways}"] },
  { widths = [25, 57, 25, 58], cells = ["等级", "{level:name}", "满意度", "{stars}"] },
  { widths = [25, 57, 25, 58], cells = ["负责人", "{owner}", "成员", "{members}"] },
  { widths = [25, 140], cells = ["综合", ["负责人 {owner}、签字 {signed}，共 {count} 台", "于 {day} 花费 {cost} 元；{level}"]] },
]
[[layout]]
table = "rows"
caption = "清单"
columns = [
  { width = 10, head = "序号", cell = "{#}", align = "center" },
  { width = 30, head = "事项", cell = "{what}" },
  { width = 35, head = "说明", cell = "{note}" },
  { width = 25, head = "期限", cell = "{due}" },
  { width = 15, head = "占比", cell = "{share}" },
  { width = 20, head = "状态", cell = "{state}" },
  { width = 10, head = "风险", cell = "{risk:name}" },
  { width = 20, head = "人员", cell = "{people}" },
]
"#;

fn every_kind() -> Template {
    Template::parse(EVERY_KIND, "every-kind").unwrap_or_else(|error| panic!("{error:?}"))
}

mod random {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    /// What people type, and what spreadsheets misunderstand.
    fn text() -> impl Strategy<Value = String> {
        let odd = prop_oneof![
            Just("=1+1".to_owned()),
            Just("+86 10 8000".to_owned()),
            Just("@here".to_owned()),
            Just("-1".to_owned()),
            Just("'quoted'".to_owned()),
            Just("1.10".to_owned()),
            Just("007".to_owned()),
            Just("2026-04-15".to_owned()),
            Just("_x0041_ <b>&amp;</b>".to_owned()),
            Just("𠮷田 ☑ … · — “引号”".to_owned()),
            Just("a  b\u{3000}c".to_owned()),
            Just("____".to_owned()),
            Just("12、签字 x，共 3 台".to_owned()),
            Just("长".repeat(3_000)),
            Just("x".repeat(400)),
        ];
        prop_oneof![2 => odd, 3 => "[一-十a-z0-9 ,.;:=+@\"'（）、，；<>&_#%-]{1,40}"]
    }

    fn long_text() -> impl Strategy<Value = String> {
        prop_oneof![text(), prop::collection::vec(text(), 1..4).prop_map(|lines| lines.join("\n"))]
    }

    fn date() -> impl Strategy<Value = String> {
        (1990..2100_u32, 1..=12_u32, 1..=28_u32).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
    }

    fn clock() -> impl Strategy<Value = String> {
        (0..24_u32, 0..60_u32).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"))
    }

    fn decimal() -> impl Strategy<Value = Value> {
        prop_oneof![
            (0..1_000_000_u64).prop_map(Value::from),
            (0..100_000_u64, 0..1_000_u32).prop_map(|(whole, part)| Value::from(format!("{whole}.{part:03}"))),
        ]
    }

    fn people() -> impl Strategy<Value = Value> {
        prop::collection::vec("[赵钱孙李王][一-十]{1,2}", 1..4).prop_map(Value::from)
    }

    fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Map<String, Value>> {
        let fields = fields.into_iter().map(|(id, value)| {
            prop::option::weighted(0.8, value).prop_map(move |value| value.map(|value| (id.to_owned(), value)))
        });
        fields.collect::<Vec<_>>().prop_map(|fields| fields.into_iter().flatten().collect())
    }

    fn of<T: Into<Value> + std::fmt::Debug + 'static>(
        strategy: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<Value> {
        strategy.prop_map(Into::into).boxed()
    }

    fn one_of(names: &'static [&'static str]) -> BoxedStrategy<Value> {
        prop::sample::select(names).prop_map(Value::from).boxed()
    }

    pub fn content() -> impl Strategy<Value = Map<String, Value>> {
        let row = object(vec![
            ("what", of(text())),
            ("note", of(long_text())),
            ("due", of(date())),
            ("share", decimal().boxed()),
            ("state", one_of(&["完成", "未完成"])),
            ("risk", one_of(&["高", "低"])),
            ("people", people().boxed()),
        ]);
        let rows =
            prop::collection::vec(row, 0..6).prop_map(|rows| rows.into_iter().map(Value::Object).collect::<Value>());
        let many = prop::sample::subsequence(vec!["邮件", "电话", "其他"], 0..=3).prop_map(|names| json!(names));
        object(vec![
            ("name", of(text())),
            ("story", of(long_text())),
            ("count", of(0..100_000_u32)),
            ("cost", decimal().boxed()),
            ("day", of(date())),
            ("moment", of((date(), clock()).prop_map(|(day, time)| format!("{day} {time}")))),
            ("clock", of(clock())),
            ("minutes", of(0..10_000_u32)),
            ("hours", of(0..10_000_u32)),
            ("release", one_of(&["V4.1.2", "1.10", "3.2.1-rc.2"])),
            ("level", one_of(&["高", "中", "低"])),
            ("ways", many.boxed()),
            ("ways_other", of(text())),
            ("owner", one_of(&["陈晓明", "Ann Lee"])),
            ("members", people().boxed()),
            ("stars", of(1..=5_u32)),
            ("signed", one_of(&["刘志远"])),
            ("rows", rows.boxed()),
        ])
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_is_typed_comes_back(content in random::content()) {
        let template = every_kind();
        let draft = Draft { template: template.id.clone(), content };
        let Ok(document) = validate(&draft, &template) else { return Ok(()) };
        check_same(&template, &document, &export(&template, &document, Wanted::default()));
    }
}
