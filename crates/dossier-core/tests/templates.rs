//! Templates: what ships is sound, and what is not sound is told line by line.

use std::path::{Path, PathBuf};

use dossier_core::Code;
use dossier_core::document::{Draft, check as check_document, validate};
use dossier_core::template::{Library, Template, describe, describe_text};
use expect_test::{expect, expect_file};
use serde_json::Map;

/// Every template of a folder, with the name of the file for messages.
fn templates_in(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path().join("template.toml")).collect();
    files.retain(|file| file.is_file());
    files.sort();
    files.into_iter().map(|file| (file.display().to_string(), std::fs::read_to_string(&file).unwrap())).collect()
}

fn problems(text: &str, file: &str) -> String {
    match Template::parse(text, file) {
        Ok(_) => "没有问题\n".to_owned(),
        Err(error) => {
            let issues = error.issues.iter().map(|issue| format!("{} {} {}\n", issue.path, issue.code, issue.message));
            format!("{}\n{}", error.message, issues.collect::<String>())
        }
    }
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates")
}

#[test]
fn templates_that_ship_are_sound() {
    for (file, text) in templates_in(&shipped()) {
        assert_eq!(problems(&text, &file), "没有问题\n");
    }
}

#[test]
fn samples_that_ship_are_complete() {
    let folders = [shipped()];
    for (file, text) in templates_in(&folders[0]) {
        let template = Template::parse(&text, &file).unwrap();
        let content = Library::open(&folders).unwrap().sample(&template.id).unwrap();
        let document = validate(&Draft { template: template.id.clone(), content }, &template);
        let document = document.unwrap_or_else(|issues| panic!("{file}: {issues:#?}"));
        assert_eq!(check_document(&document, &template, &Map::new()), [], "{file}");
    }
}

/// `tests/templates/<name>.toml` is read, and what is told about it is compared with `<name>.txt`.
#[track_caller]
fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates");
    let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap();
    expect_file![folder.join(format!("{name}.txt"))].assert_eq(&problems(&text, &format!("{name}.toml")));
}

#[test]
fn a_torn_file_tells_where_it_is_torn() {
    check("torn");
}

#[test]
fn problems_of_the_head_are_told_at_once() {
    check("head");
}

#[test]
fn problems_of_fields_are_told_at_once() {
    check("fields");
}

#[test]
fn references_lead_somewhere() {
    check("references");
}

#[test]
fn problems_of_the_layout_are_told_at_once() {
    check("layout");
}

#[test]
fn problems_of_rules_are_told_at_once() {
    check("rules");
}

#[test]
fn a_template_may_use_the_whole_language() {
    check("sound");
}

// ---- the library

/// A folder of this test's own, with these files in it.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

const SOUND: &str = include_str!("templates/sound.toml");

#[test]
fn a_broken_template_keeps_nobody_from_the_others() {
    let broken = SOUND.replace("id = \"sound\"", "id = \"broken\"").replace("style = \"form\"", "");
    let own = SOUND.replace("全部写法", "本单位的写法");
    let folders = [
        folder("library", &[("sound/template.toml", SOUND), ("broken/template.toml", &broken), ("notes/a.txt", "")]),
        folder("library-own", &[("sound/template.toml", &own), ("sound/sample.json", "{\"name\": \"甲\",\n}")]),
        PathBuf::from("nowhere"),
    ];
    let library = Library::open(&folders).unwrap();
    assert_eq!(library.ids().collect::<Vec<_>>(), ["broken", "sound"]);
    assert_eq!(library.get("sound").unwrap().title, "本单位的写法", "the organisation's own takes the place");
    assert_eq!(library.get("broken").unwrap_err().code, Code::InvalidTemplate);
    assert_eq!(library.iter().filter(Result::is_ok).count(), 1);

    let missing = library.get("soud").unwrap_err();
    assert_eq!(missing.code, Code::NotFound);
    assert_eq!(missing.message, "没有模板 `soud`，是不是“sound”");
    assert_eq!(missing.hint.as_deref(), Some("现有模板：broken、sound"));

    assert_eq!(library.sample("broken").unwrap_err().code, Code::NotFound);
    let unreadable = library.sample("sound").unwrap_err();
    assert_eq!((unreadable.code, unreadable.issues[0].path.as_str()), (Code::InvalidContent, "sample.json:2"));
    assert_eq!(Library::open(&[PathBuf::from("nowhere")]).unwrap_err().code, Code::Installation);
}

#[test]
fn a_template_is_called_like_its_folder() {
    expect![[r#"
        模板 forms/other/template.toml 有 1 处问题
        forms/other/template.toml:1 bad_id 模板的 id 要和文件夹同名：文件夹是 other，id 是 sound。
    "#]]
    .assert_eq(&problems(SOUND, "forms/other/template.toml"));
}

// ---- descriptions

#[test]
fn a_program_learns_how_to_fill_a_form_it_has_never_seen() {
    let template = Template::parse(include_str!("templates/release.toml"), "release.toml").unwrap();
    let description = serde_json::to_value(describe(&template)).unwrap();
    let field = |id: &str| {
        let fields = description["fields"].as_array().unwrap();
        fields.iter().find(|field| field["id"] == id).unwrap().to_string()
    };
    let table = description["fields"].as_array().unwrap().iter().find(|field| field["id"] == "milestones").unwrap();
    let lines = [
        field("audience"),
        field("percent"),
        field("took"),
        table["columns"][1].to_string(),
        table["fixed_rows"].to_string(),
    ];
    expect![[r#"
        {"id":"audience","label":"覆盖用户范围","type":"choice","required":true,"example":"内部用户","options":["内部用户","部分外部用户","其他"],"option_blanks":{"其他":["audience_other"],"部分外部用户":["percent"]}}
        {"id":"percent","label":"外部用户比例","type":"decimal","required":true,"format":"number, or string of digits","example":12.5,"unit":"%","when":"audience = 部分外部用户"}
        {"id":"took","label":"实际时长","type":"duration","required":false,"format":"minutes as integer","example":90,"computed":"minutes(start, end)"}
        {"id":"planned","label":"计划完成时间","type":"date","required":true,"format":"YYYY-MM-DD","example":"2026-04-15"}
        [{"values":{"node":"版本测试完成"}},{"values":{"node":"生产环境部署"},"types":{"actual":{"type":"datetime","format":"YYYY-MM-DD HH:MM"},"planned":{"type":"datetime","format":"YYYY-MM-DD HH:MM"}}},{"values":{"node":"发布总结会议"}}]"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn people_read_one_line_a_field() {
    let template = Template::parse(include_str!("templates/release.toml"), "release.toml").unwrap();
    let text = describe_text(&template);
    expect![[r#"
        release 发布小结　表单编号 T-06　表单版本 1.0　编号 REL-SUM-{year}-{seq:03}

        ● product　产品名称　文字
        ○ natures　变更性质　选择，可多个：功能升级、缺陷修复、安全补丁
        ● audience　覆盖用户范围　选择：内部用户、部分外部用户、其他
        ○ audience_other　其他范围　文字，仅当 audience = 其他
        ○ balance　预算执行　选择：节余、超支，自动填 balance(budget, spent)
        ○ note　备注　多行文字
        ○ ladder　扩大阶梯　文字
        ○ changed　变更编号　文字
        ○ milestones　2.1 关键节点　表格，固定 3 行
            ○ node　关键节点　文字
            ● status　完成状态　选择：按时、延迟，自动填 late(planned, actual)
            ○ reason　延迟原因　文字
        ○ issues　4.1 问题统计　表格，至少 1 行
            ● kind　问题类型　文字
        ○ steps　步骤　表格
            ○ step　步骤　文字

        文件信息
        ○ control_state　受控状态　选择：受控、非受控、作废
        ○ classification　密级　选择：公开、内部、机密、绝密
        ○ doc_category　文档分类　文字，默认 "测试"
        ○ revisions　版本记录　表格
            ○ change　修改　多行文字
            ○ note　备注　多行文字"#]]
    .assert_eq(&text.lines().filter(|line| !line.contains("如")).collect::<Vec<_>>().join("\n"));
}
