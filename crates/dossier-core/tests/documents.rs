//! Documents: what people and programs type, what is made of it, and what is told about it.

use std::sync::LazyLock;

use dossier_core::Issue;
use dossier_core::document::{
    Applies, Document, Draft, Origin, Values, advise, check, display, merge, parse_text, read, validate,
};
use dossier_core::template::{ChoiceOption, Condition, Kind, Template, Text};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

static TEMPLATE: LazyLock<Template> =
    LazyLock::new(|| Template::parse(include_str!("templates/release.toml"), "release.toml").expect("it is sound"));

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

fn told(issues: &[Issue]) -> String {
    issues.iter().map(|issue| format!("{} {} {}\n", issue.path, issue.code, issue.message)).collect()
}

fn document(content: Value) -> Document {
    let draft = Draft { template: TEMPLATE.id.clone(), content: object(content) };
    validate(&draft, &TEMPLATE).unwrap_or_else(|issues| panic!("{}", told(&issues)))
}

/// What is kept of some content, or everything that is told about it.
#[track_caller]
fn check_content(content: Value, expect: Expect) {
    let draft = Draft { template: TEMPLATE.id.clone(), content: object(content) };
    let outcome = match validate(&draft, &TEMPLATE) {
        Ok(document) => document.content().iter().map(|(id, value)| format!("{id} = {value}\n")).collect(),
        Err(issues) => told(&issues),
    };
    expect.assert_eq(&outcome);
}

// ---- single values

fn choice(options: &[&str], many: bool) -> Kind {
    let options = options.iter().map(|text| ChoiceOption::new(Text::parse(text).unwrap()).unwrap());
    Kind::Choice { options: options.collect(), many }
}

/// Each line: what is typed, and what is kept or told.
#[track_caller]
fn check_values(kind: &Kind, typed: &[Value], expect: Expect) {
    let lines = typed.iter().map(|value| match read(kind, value) {
        Ok(Some(kept)) => format!("{value} → {kept} → {}\n", display(kind, &kept)),
        Ok(None) => format!("{value} → 空\n"),
        Err(unfit) => format!("{value} ✗ {} {}\n", unfit.code, unfit.message),
    });
    expect.assert_eq(&lines.collect::<String>());
}

#[test]
fn numbers_are_read_as_people_write_them() {
    check_values(
        &Kind::Integer,
        &[
            json!(12),
            json!(12.0),
            json!("86,400"),
            json!("１２"),
            json!("-007"),
            json!(""),
            json!("1,2"),
            json!("12,5O"),
            json!(1.5),
            json!(true),
            json!("12345678901234567"),
        ],
        expect![[r#"
            12 → 12 → 12
            12.0 → 12 → 12
            "86,400" → 86400 → 86,400
            "１２" → 12 → 12
            "-007" → -7 → -7
            "" → 空
            "1,2" ✗ not_a_number 要写成数字，如 12，现在是“1,2”
            "12,5O" ✗ not_a_number 要写成数字，如 12，现在是“12,5O”
            1.5 ✗ not_an_integer 要写成整数，如 12，现在是 1.5
            true ✗ not_a_number 要写成数字，如 12，现在是 true
            "12345678901234567" ✗ too_large 小数点前后最多各 15 位
        "#]],
    );
    check_values(
        &Kind::Decimal,
        &[json!(86400), json!(1.5), json!("86400.50"), json!("1,234,567.8"), json!("0.10"), json!("-0.0"), json!("1.")],
        expect![[r#"
            86400 → 86400 → 86,400
            1.5 → 1.5 → 1.5
            "86400.50" → "86400.50" → 86,400.50
            "1,234,567.8" → 1234567.8 → 1,234,567.8
            "0.10" → "0.10" → 0.10
            "-0.0" → "0.0" → 0.0
            "1." ✗ not_a_number 要写成数字，如 86,400 或 1.5，现在是“1.”
        "#]],
    );
}

#[test]
fn dates_are_read_as_people_write_them() {
    check_values(
        &Kind::Date,
        &[
            json!("2026-4-5"),
            json!("2026/04/05"),
            json!("2026.04.05"),
            json!("2026年4月5日"),
            json!("2026 年 4 月 5 日"),
            json!("2026-04-05 00:00:00"),
            json!("2026-04-05T00:00:00.000"),
            json!("2026-02-30"),
            json!("2026-04-05 10:00"),
            json!("2026-4/5"),
            json!("26-4-5"),
            json!("1026-4-5"),
            json!("明天"),
            json!(46000),
        ],
        expect![[r#"
            "2026-4-5" → "2026-04-05" → 2026年04月05日
            "2026/04/05" → "2026-04-05" → 2026年04月05日
            "2026.04.05" → "2026-04-05" → 2026年04月05日
            "2026年4月5日" → "2026-04-05" → 2026年04月05日
            "2026 年 4 月 5 日" → "2026-04-05" → 2026年04月05日
            "2026-04-05 00:00:00" → "2026-04-05" → 2026年04月05日
            "2026-04-05T00:00:00.000" → "2026-04-05" → 2026年04月05日
            "2026-02-30" ✗ not_a_date 写的 2026 年 2 月 30 日不存在
            "2026-04-05 10:00" ✗ not_a_date 只写日期、不写时刻，如 2026-04-15，现在是“2026-04-05 10:00”
            "2026-4/5" ✗ not_a_date 要写成 2026-04-15 这样的日期，现在是“2026-4/5”
            "26-4-5" ✗ not_a_date 要写成 2026-04-15 这样的日期，现在是“26-4-5”
            "1026-4-5" ✗ not_a_date 的年份要在 1900 到 2199 之间，现在是 1026
            "明天" ✗ not_a_date 要写成 2026-04-15 这样的日期，现在是“明天”
            46000 ✗ not_a_date 要写成 2026-04-15 这样的日期，现在是 46000
        "#]],
    );
    check_values(
        &Kind::DateTime,
        &[
            json!("2026-04-15 10:00"),
            json!("2026-4-15T9:05:00"),
            json!("2026年4月15日10时0分"),
            json!("2026年04月15日 10时00分"),
            json!("2026-04-15　10：00"),
            json!("2026-04-15"),
            json!("2026-04-15 25:00"),
            json!("2026-04-15 10:00:30"),
        ],
        expect![[r#"
            "2026-04-15 10:00" → "2026-04-15 10:00" → 2026年04月15日 10时00分
            "2026-4-15T9:05:00" → "2026-04-15 09:05" → 2026年04月15日 09时05分
            "2026年4月15日10时0分" → "2026-04-15 10:00" → 2026年04月15日 10时00分
            "2026年04月15日 10时00分" → "2026-04-15 10:00" → 2026年04月15日 10时00分
            "2026-04-15　10：00" → "2026-04-15 10:00" → 2026年04月15日 10时00分
            "2026-04-15" ✗ not_a_datetime 还要写时刻，如 2026-04-15 10:00，现在是“2026-04-15”
            "2026-04-15 25:00" ✗ not_a_datetime 写的 25:00 不存在
            "2026-04-15 10:00:30" ✗ not_a_datetime 要写成 2026-04-15 10:00 这样的日期和时刻，现在是“2026-04-15 10:00:30”
        "#]],
    );
    check_values(
        &Kind::DateOrWords,
        &[json!("2026/4/15"), json!("每季度末"), json!("2026-02-30")],
        expect![[r#"
            "2026/4/15" → "2026-04-15" → 2026年04月15日
            "每季度末" → "每季度末" → 每季度末
            "2026-02-30" ✗ not_a_date 写的 2026 年 2 月 30 日不存在
        "#]],
    );
    check_values(
        &Kind::Time,
        &[json!("9:05"), json!("10:06:00"), json!("10时06分"), json!("24:00"), json!("1006")],
        expect![[r#"
            "9:05" → "09:05" → 09:05
            "10:06:00" → "10:06" → 10:06
            "10时06分" → "10:06" → 10:06
            "24:00" ✗ not_a_time 写的 24:00 不存在
            "1006" ✗ not_a_time 要写成 10:06 这样的时刻，现在是“1006”
        "#]],
    );
}

#[test]
fn lengths_of_time_are_whole_minutes() {
    check_values(
        &Kind::Duration { minutes: false },
        &[
            json!(90),
            json!("90"),
            json!("2 小时"),
            json!("1 小时 45 分钟"),
            json!("1.5小时"),
            json!("90 分钟"),
            json!("2h30m"),
            json!("0"),
            json!("0.01 小时"),
            json!("30 分钟 1 小时"),
            json!("两小时"),
            json!(-5),
            json!(99999999),
        ],
        expect![[r#"
            90 → 90 → 1 小时 30 分钟
            "90" → 90 → 1 小时 30 分钟
            "2 小时" → 120 → 2 小时
            "1 小时 45 分钟" → 105 → 1 小时 45 分钟
            "1.5小时" → 90 → 1 小时 30 分钟
            "90 分钟" → 90 → 1 小时 30 分钟
            "2h30m" → 150 → 2 小时 30 分钟
            "0" → 0 → 0 分钟
            "0.01 小时" ✗ not_a_duration 要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是“0.01 小时”
            "30 分钟 1 小时" ✗ not_a_duration 要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是“30 分钟 1 小时”
            "两小时" ✗ not_a_duration 要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是“两小时”
            -5 ✗ not_a_duration 要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是 -5
            99999999 ✗ not_a_duration 要写成整分钟数，如 90、90 分钟或 1 小时 30 分钟，现在是 99999999
        "#]],
    );
    check_values(
        &Kind::Duration { minutes: true },
        &[json!("2 小时")],
        expect![[r#"
            "2 小时" → 120 → 120 分钟
        "#]],
    );
}

#[test]
fn options_are_recognised_by_name_and_by_their_printed_text() {
    let audience = choice(&["内部用户", "部分外部用户（{percent}%）", "其他：{other}"], false);
    check_values(
        &audience,
        &[
            json!(" 内部用户 "),
            json!("部分外部用户"),
            json!("部分外部用户（20%）"),
            json!("部分外部用户（____%）"),
            json!(["内部用户"]),
            json!("其他：内测用户"),
            json!("内部用护"),
            json!(3),
        ],
        expect![[r#"
            " 内部用户 " → "内部用户" → 内部用户
            "部分外部用户" → "部分外部用户" → 部分外部用户
            "部分外部用户（20%）" → "部分外部用户" → 部分外部用户
            "部分外部用户（____%）" → "部分外部用户" → 部分外部用户
            ["内部用户"] → "内部用户" → 内部用户
            "其他：内测用户" → "其他" → 其他
            "内部用护" ✗ unknown_option 要从内部用户、部分外部用户、其他里选，现在是“内部用护”，是不是“内部用户”
            3 ✗ not_text 要是文字，现在是数字 3
        "#]],
    );
    check_values(
        &choice(&["功能升级", "缺陷修复", "作废（保留）"], true),
        &[
            json!("缺陷修复、功能升级"),
            json!(["缺陷修复", "作废（保留）"]),
            json!("缺陷修复"),
            json!([""]),
            json!("缺陷修复、重构"),
        ],
        expect![[r#"
            "缺陷修复、功能升级" → ["功能升级","缺陷修复"] → 功能升级、缺陷修复
            ["缺陷修复","作废（保留）"] → ["缺陷修复","作废"] → 缺陷修复、作废
            "缺陷修复" → ["缺陷修复"] → 缺陷修复
            [""] → 空
            "缺陷修复、重构" ✗ unknown_option 要从功能升级、缺陷修复、作废里选，现在是“重构”
        "#]],
    );
}

#[test]
fn texts_keep_what_was_typed_and_refuse_what_cannot_be_seen() {
    check_values(
        &Kind::Text,
        &[json!("  张三 "), json!("   "), json!(null), json!("一\n二"), json!("一\t二"), json!(5)],
        expect![[r#"
            "  张三 " → "张三" → 张三
            "   " → 空
            null → 空
            "一\n二" ✗ line_break 只能写一行，现在里面有换行
            "一\t二" ✗ control_character 里面有制表符 U+0009，请删掉它
            5 ✗ not_text 要是文字，现在是数字 5
        "#]],
    );
    assert_eq!(read(&Kind::Text, &json!("a\u{202e}b")).unwrap_err().code, "control_character");
    assert_eq!(read(&Kind::Text, &json!("𠮷".repeat(32_001))).unwrap_err().code, "too_long");
    assert!(read(&Kind::Text, &json!("𠮷".repeat(32_000))).is_ok(), "the limit counts characters, not bytes");
    check_values(
        &Kind::LongText,
        &[json!("　　一\r\n二\r三\n"), json!("一\u{0}")],
        expect![[r#"
            "　　一\r\n二\r三\n" → "　　一\n二\n三" → 　　一
            二
            三
            "一\u0000" ✗ control_character 里面有看不见的控制字符 U+0000，请删掉它
        "#]],
    );
    check_values(
        &Kind::Person { many: true },
        &[json!("张三、李四,王五；赵六"), json!(["张三", " 张三 ", ""]), json!([1])],
        expect![[r#"
            "张三、李四,王五；赵六" → ["张三","李四","王五","赵六"] → 张三、李四、王五、赵六
            ["张三"," 张三 ",""] → ["张三"] → 张三
            [1] ✗ not_text 要是文字，现在是数字 1
        "#]],
    );
    check_values(
        &Kind::Rating,
        &[json!(4), json!("5"), json!("★★★★☆"), json!("★★★"), json!(0), json!("★★☆"), json!(6)],
        expect![[r#"
            4 → 4 → ★★★★☆
            "5" → 5 → ★★★★★
            "★★★★☆" → 4 → ★★★★☆
            "★★★" → 3 → ★★★☆☆
            0 ✗ not_a_rating 要是 1 到 5 的整数，现在是 0
            "★★☆" ✗ not_a_rating 要是 1 到 5 的整数，现在是“★★☆”
            6 ✗ not_a_rating 要是 1 到 5 的整数，现在是 6
        "#]],
    );
    check_values(
        &Kind::Version,
        &[json!("V4.1.2"), json!("1.10"), json!("3.2.1-rc.2"), json!("20251105.01"), json!(1.1), json!("第二版")],
        expect![[r#"
            "V4.1.2" → "V4.1.2" → V4.1.2
            "1.10" → "1.10" → 1.10
            "3.2.1-rc.2" → "3.2.1-rc.2" → 3.2.1-rc.2
            "20251105.01" → "20251105.01" → 20251105.01
            1.1 ✗ not_text 要是文字，如 "1.10"，现在是数字 1.1：写成数字时 1.10 会变成 1.1
            "第二版" ✗ not_a_version 要写成 V4.2.0 或 1.10 这样的版本号，现在是“第二版”
        "#]],
    );
}

fn kind_and_text() -> impl Strategy<Value = (Kind, Value)> {
    let day = (1900..2200_i32, 1..=12_u32, 1..=28_u32).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"));
    let time = (0..24_u32, 0..60_u32).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    let moment = (day.clone(), time.clone()).prop_map(|(day, time)| format!("{day} {time}"));
    let of = |kind: Kind, text: BoxedStrategy<String>| text.prop_map(move |text| (kind.clone(), json!(text))).boxed();
    let names = proptest::collection::vec("[\\p{Han}a-z]{1,4}", 1..5);
    prop_oneof![
        of(Kind::Text, "\\PC{0,40}".boxed()),
        of(Kind::LongText, "(\\PC{0,20}\n){0,4}".boxed()),
        of(Kind::Integer, "-?[0-9]{1,15}".boxed()),
        of(Kind::Decimal, "-?[0-9]{1,15}(\\.[0-9]{1,15})?".boxed()),
        of(Kind::Date, day.clone().boxed()),
        of(Kind::DateOrWords, prop_oneof![day, "[\\p{Han}]{1,6}".prop_map(String::from)].boxed()),
        of(Kind::DateTime, moment.boxed()),
        of(Kind::Time, time.boxed()),
        of(Kind::Version, "V?[0-9]{1,4}(\\.[0-9]{1,4}){0,4}(-[a-z0-9.]{1,5})?".boxed()),
        (0..5_000_000_u64, any::<bool>()).prop_map(|(length, minutes)| (Kind::Duration { minutes }, json!(length))),
        (1..=5_u8).prop_map(|stars| (Kind::Rating, json!(stars))),
        names.prop_map(|names| (Kind::Department { many: true }, json!(names))),
        proptest::sample::subsequence(vec!["功能升级", "缺陷修复", "安全补丁"], 1..=3)
            .prop_map(|names| (choice(&["功能升级", "缺陷修复", "安全补丁"], true), json!(names))),
    ]
}

proptest! {
    /// A sheet that is exported and imported again says the same.
    #[test]
    fn what_is_printed_is_read_back((kind, typed) in kind_and_text()) {
        let kept = read(&kind, &typed);
        prop_assume!(kept.is_ok());
        let kept = kept.unwrap();
        let printed = kept.as_ref().map(|value| display(&kind, value)).unwrap_or_default();
        prop_assert_eq!(parse_text(&kind, &printed).unwrap(), kept);
    }

    #[test]
    fn reading_twice_changes_nothing((kind, typed) in kind_and_text()) {
        if let Ok(Some(kept)) = read(&kind, &typed) {
            prop_assert_eq!(read(&kind, &kept).unwrap(), Some(kept));
        }
    }

    /// Whatever a program sends, it is answered.
    #[test]
    fn nothing_typed_makes_it_stumble((kind, _) in kind_and_text(), text in "\\PC*|[0-9年月日时分小 :./,★☆-]{0,12}") {
        let _ = parse_text(&kind, &text);
    }
}

// ---- whole documents

#[test]
fn content_is_kept_in_the_order_of_the_template_and_in_one_form() {
    check_content(
        json!({
            "note": "一\r\n二",
            "product": " 审计系统 ",
            "spent": "86,400 元",
            "audience": "部分外部用户（20%）",
            "start": "2026年4月15日 10时0分",
            "departments": "产品部、测试部",
            "budget": null,
            "natures": [],
        }),
        expect![[r#"
            product = "审计系统"
            audience = "部分外部用户"
            percent = 20
            departments = ["产品部","测试部"]
            start = "2026-04-15 10:00"
            spent = 86400
            note = "一\n二"
        "#]],
    );
}

#[test]
fn every_problem_is_told_with_its_place() {
    check_content(
        json!({
            "prodcut": "审计系统",
            "version": 4.1,
            "natures": ["功能升级", "重构"],
            "audience": "其他：\u{7}",
            "start": "明天",
            "milestones": [{}, {"planned": "2026-04-15", "actuall": 1}, {"planned": "2026-04-15 10:00"}, {"planned": "2026-04-16"}],
            "issues": {"kind": "功能"},
            "steps": ["备份", {"order": "一"}],
        }),
        expect![[r#"
            prodcut unknown_field 《发布小结》没有 prodcut 这一项，是不是“product”。
            version not_text 发布版本要是文字，如 "1.10"，现在是数字 4.1：写成数字时 1.10 会变成 1.1。
            natures unknown_option 变更性质要从功能升级、缺陷修复、安全补丁里选，现在是“重构”。
            audience control_character 覆盖用户范围的空 audience_other 里面有看不见的控制字符 U+0007，请删掉它。
            start not_a_datetime 开始时间要写成 2026-04-15 10:00 这样的日期和时刻，现在是“明天”。
            milestones[1].actuall unknown_field 2.1 关键节点第 2 行里没有 actuall 这一列，是不是“actual”。
            milestones[1].planned not_a_datetime 2.1 关键节点第 2 行的计划完成时间还要写时刻，如 2026-04-15 10:00，现在是“2026-04-15”。
            milestones[2].planned not_a_date 2.1 关键节点第 3 行的计划完成时间只写日期、不写时刻，如 2026-04-15，现在是“2026-04-15 10:00”。
            milestones[3] too_many_rows 2.1 关键节点固定 3 行，不能加行，第 4 行是多出来的。
            issues not_a_list 4.1 问题统计要是一个列表，每行一个对象，现在是一个对象。
            steps[0] not_a_row 步骤第 1 行要是一个对象，现在是“备份”。
            steps[1].order not_a_number 步骤第 2 行的顺序要写成数字，如 12，现在是“一”。
        "#]],
    );
}

#[test]
fn fixed_rows_are_found_by_their_names() {
    check_content(
        json!({"milestones": [
            {"node": "发布总结会议", "planned": "2026-04-20"},
            {"node": "版本测试完成", "planned": "2026-04-10"},
        ]}),
        expect![[r#"
            milestones = [{"planned":"2026-04-10"},{},{"planned":"2026-04-20"}]
        "#]],
    );
    check_content(
        json!({"milestones": [{"node": "别的节点"}, {"node": "生产环境部署"}, {"node": "生产环境部署"}]}),
        expect![[r#"
            milestones[0].node fixed_cell 2.1 关键节点第 1 行的关键节点固定是“版本测试完成”，不能改成“别的节点”。
            milestones[2] duplicate_row 2.1 关键节点第 3 行和第 2 行写的是同一行。
        "#]],
    );
}

#[test]
fn a_draft_of_another_template_is_refused() {
    let draft = Draft { template: "other".to_owned(), content: Map::new() };
    assert_eq!(
        told(&validate(&draft, &TEMPLATE).unwrap_err()),
        "template wrong_template 这份文档属于模板 other，不能按模板 release 读取。\n"
    );
}

#[test]
fn more_rows_than_a_sheet_holds_are_refused() {
    let rows: Vec<Value> = (0..20_001).map(|row| json!({"kind": row.to_string()})).collect();
    check_content(
        json!({"issues": rows}),
        expect![[r#"
            issues too_many_rows 4.1 问题统计最多 20000 行，现在有 20001 行。
        "#]],
    );
}

#[test]
fn merging_replaces_fields_and_empties_them() {
    let mut base = object(json!({"version": "V1.0.0", "note": "旧", "issues": [{"kind": "功能"}, {"kind": "性能"}]}));
    let patch = object(json!({"product": "审计系统", "note": null, "issues": [{"kind": "安全"}]}));
    merge(&mut base, patch, &TEMPLATE);
    assert_eq!(
        Value::Object(base).to_string(),
        r#"{"product":"审计系统","version":"V1.0.0","issues":[{"kind":"安全"}]}"#
    );
}

#[test]
fn a_table_that_was_emptied_stays_empty() {
    let facts = Map::new();
    let untouched = document(json!({}));
    let emptied = document(json!({"steps": []}));
    let rows = |document: &Document| Values::new(document, &TEMPLATE, &facts).row_count("steps");
    assert_eq!(rows(&untouched), 2, "nobody touched it: it starts with its presets");
    assert_eq!(rows(&emptied), 0, "somebody deleted every row");
}

// ---- values

#[track_caller]
fn check_text(content: Value, id: &str, expect: Option<&str>) {
    let (document, facts) = (document(content), Map::new());
    assert_eq!(Values::new(&document, &TEMPLATE, &facts).text(id).as_deref(), expect, "{id}");
}

#[test]
fn values_are_typed_else_carried_else_computed_else_default() {
    let facts = object(json!({"release.product_name": " 审计系统 ", "release.other": 1}));
    let typed = document(json!({"product": "网关", "start": "2026-04-15 10:00", "took": "3 小时"}));
    let empty = document(json!({}));
    let values = Values::new(&typed, &TEMPLATE, &facts);
    assert_eq!(values.resolve("product").unwrap().0, Origin::Typed);
    assert_eq!(values.resolve("took").unwrap().0, Origin::Typed);
    assert_eq!(values.resolve("notice").unwrap().0, Origin::Computed);
    let values = Values::new(&empty, &TEMPLATE, &facts);
    assert_eq!(values.resolve("product").unwrap().0, Origin::Carried);
    assert_eq!(values.text("product").unwrap(), "审计系统");
    assert_eq!(values.resolve("departments").unwrap().0, Origin::Default);
    assert_eq!(values.text("departments").unwrap(), "产品部、研发部");
    assert_eq!(values.get("version"), None);
}

#[test]
fn values_fill_themselves_once_what_they_need_is_there() {
    check_text(json!({"start": "2026-04-15 10:00"}), "took", None);
    check_text(json!({"start": "2026-04-15 23:30", "end": "2026-04-16 01:15"}), "took", Some("1 小时 45 分钟"));
    check_text(json!({"start": "2026-04-16 10:00", "end": "2026-04-15 10:00"}), "took", None);
    check_text(json!({"start": "2026-03-05 10:00"}), "notice", Some("2026年02月26日"));
    check_text(json!({"budget": "90000.10", "spent": "86400"}), "balance", Some("节余"));
    check_text(json!({"budget": "90000.10", "spent": "86400"}), "saved", Some("3,600.1"));
    check_text(json!({"budget": "90000.10", "spent": "86400"}), "overrun", None);
    check_text(json!({"budget": 1, "spent": 3}), "overrun", Some("2"));
    check_text(json!({}), "found", None);
    check_text(json!({"issues": [{}, {"kind": "功能"}]}), "kinds", Some("1"));
    check_text(json!({"issues": [{"p0": 1, "p1": 2}, {"found": 1200}]}), "found", Some("1,203"));
}

#[test]
fn rows_know_their_fixed_cells_and_their_own_kinds() {
    let facts = Map::new();
    let document = document(json!({"milestones": [
        {"planned": "2026-04-10", "actual": "2026-04-10"},
        {"planned": "2026-04-15 10:00", "actual": "2026-04-15 10:06"},
    ]}));
    let values = Values::new(&document, &TEMPLATE, &facts);
    assert_eq!(values.row_count("milestones"), 3);
    let texts = |row: usize| {
        let row = values.row("milestones", row);
        ["node", "planned", "status"].map(|id| row.text(id).unwrap_or_default()).join(" | ")
    };
    assert_eq!(texts(0), "版本测试完成 | 2026年04月10日 | 按时");
    assert_eq!(texts(1), "生产环境部署 | 2026年04月15日 10时00分 | 延迟");
    assert_eq!(texts(2), "发布总结会议 |  | ");
    let beyond = values.row("milestones", 7);
    assert!(beyond.is_empty() && beyond.get("node").is_none());
    assert_eq!(values.row("milestones", 0).text("version"), None, "a field of the document, empty");
    assert_eq!(values.row("nowhere", 0).table(), "");
}

#[test]
fn totals_sum_what_is_filled() {
    let facts = Map::new();
    let document = document(json!({"issues": [{"kind": "功能", "p0": 1000, "p1": 2, "fixed": 3}, {"kind": "性能"}]}));
    let values = Values::new(&document, &TEMPLATE, &facts);
    assert_eq!(values.total("issues", "found").as_deref(), Some("1,002"));
    assert_eq!(values.total("issues", "open").as_deref(), Some("999"));
    assert_eq!(values.total("issues", "p2"), None);
    let blank = Document::blank(&TEMPLATE);
    assert_eq!(Values::new(&blank, &TEMPLATE, &facts).total("issues", "found"), None);
}

#[test]
fn conditions_wait_for_what_decides() {
    let facts = Map::new();
    let applies = |content: Value, condition: &str| {
        let document = document(content);
        Values::new(&document, &TEMPLATE, &facts).applies(&Condition::parse(condition).unwrap())
    };
    assert_eq!(applies(json!({}), "audience = 内部用户"), Applies::Undecided);
    assert_eq!(applies(json!({"audience": "内部用户"}), "audience = 内部用户|其他"), Applies::Yes);
    assert_eq!(applies(json!({"audience": "其他"}), "audience = 内部用户"), Applies::No);
    assert_eq!(applies(json!({"natures": ["功能升级", "安全补丁"]}), "natures = 安全补丁"), Applies::Yes);
    assert_eq!(applies(json!({}), "changed filled"), Applies::No);
    assert_eq!(applies(json!({"changed": "CHG-1"}), "audience = 内部用户 or changed filled"), Applies::Yes);
    assert_eq!(applies(json!({"audience": "其他"}), "audience = 内部用户 or natures = 功能升级"), Applies::No);
    assert_eq!(applies(json!({"rating": 4}), "rating = 4|5"), Applies::Yes);
    assert_eq!(applies(json!({"spent": "0.5"}), "spent > 0"), Applies::Yes);
    assert_eq!(applies(json!({"spent": 0}), "spent > 0"), Applies::No);
    assert_eq!(applies(json!({}), "spent > 0"), Applies::Undecided);
}

#[test]
fn a_blank_concerns_the_document_only_while_its_option_is_ticked() {
    let content = |audience: &str| json!({"audience": audience, "percent": 20});
    check_text(content("部分外部用户"), "percent", Some("20"));
    check_text(content("内部用户"), "percent", None);
    check_text(json!({"percent": 20}), "percent", Some("20"));
}

// ---- completeness and rules

#[track_caller]
fn check_document(content: Value, expect: Expect) {
    let (document, facts) = (document(content), Map::new());
    let warnings = advise(&document, &TEMPLATE, &facts);
    let warnings = warnings.iter().map(|issue| format!("提醒 {} {} {}\n", issue.path, issue.code, issue.message));
    expect.assert_eq(&format!("{}{}", told(&check(&document, &TEMPLATE, &facts)), warnings.collect::<String>()));
}

#[test]
fn what_is_missing_is_asked_for() {
    check_document(
        json!({}),
        expect![[r#"
            product required 产品名称还没填（规范 4.1.1）。
            version required 发布版本还没填。
            audience required 覆盖用户范围还没选。
            milestones[0].planned required 2.1 关键节点第 1 行的计划完成时间还没填。
            milestones[1].planned required 2.1 关键节点第 2 行的计划完成时间还没填。
            milestones[2].planned required 2.1 关键节点第 3 行的计划完成时间还没填。
            issues required 4.1 问题统计至少要填 1 行，现在有 0 行。
        "#]],
    );
}

fn complete() -> Map<String, Value> {
    object(json!({
        "product": "审计系统",
        "application": "REL-APP-2026-001",
        "version": "V4.2.0",
        "current": "V4.1.9",
        "audience": "部分外部用户",
        "percent": 20,
        "start": "2026-04-15 10:00",
        "end": "2026-04-15 12:00",
        "budget": 90000,
        "spent": 86400,
        "ladder": "5%、20%、100%",
        "milestones": [
            {"planned": "2026-04-10", "actual": "2026-04-10"},
            {"planned": "2026-04-15 10:00", "actual": "2026-04-15 10:00"},
            {"planned": "2026-04-20", "actual": "2026-04-20"},
        ],
        "issues": [{"kind": "功能", "p0": 1, "p1": 2, "fixed": 3}],
    }))
}

/// A complete document in which some of the content is put otherwise.
fn complete_but(other: Value) -> Value {
    let mut content = complete();
    merge(&mut content, object(other), &TEMPLATE);
    Value::Object(content)
}

#[test]
fn a_complete_document_is_not_complained_about() {
    check_document(complete_but(json!({})), expect![[""]]);
}

#[test]
fn broken_rules_name_the_place_and_the_way_out() {
    check_document(
        complete_but(json!({
            "application": "REL-APP-26-1",
            "version": "V4.1",
            "percent": 100,
            "end": "2026-04-15 09:00",
            "took": 60,
            "saved": 3000,
            "ladder": "5%、50%、20%",
            "changed": "审计系统",
        })),
        expect![[r#"
            application number_format 申请编号要写成 REL-APP-2026-001 这样的编号，现在是“REL-APP-26-1”。
            saved typed_differs_from_computed 节余写的是 3,000，按其他内容算出的是 3,600，请核对。
            version version_parts 发布版本要写成 V4.2.0 这样的三段数字，现在是“V4.1”（规范 版本号）。
            version version_not_newer 发布版本（V4.1）要高于当前线上版本（V4.1.9）。
            end not_ascending 结束时间（2026-04-15 09:00）要大于开始时间（2026-04-15 10:00）。
            percent out_of_limits 外部用户比例要在 1 到 99 之间，现在是 100。
            changed not_different 产品名称和变更编号都是 审计系统，两处不能相同。
            提醒 ladder gray_ladder 扩大阶梯里的数要从小到大，现在 50 后面是 20。
            提醒 ladder gray_ladder 灰度的扩大阶梯最后要到 100%（规范 3.2.1）。
        "#]],
    );
}

#[test]
fn broken_rules_of_tables_name_their_row() {
    check_document(
        complete_but(json!({
            "milestones": [
                {"planned": "2026-04-10", "actual": "2026-04-11"},
                {"planned": "2026-04-09 10:00", "actual": "2026-04-09 10:00", "status": "延迟", "reason": "网络波动"},
                {"planned": "2026-04-20"},
            ],
            "issues": [
                {"kind": "功能", "p0": 1, "p1": 2, "found": 5, "fixed": 1, "open": 1},
                {"kind": "功能", "fixed": 1},
                {"p0": 1},
            ],
            "steps": [{"order": 1}, {"order": 3}, {"order": 1}],
        })),
        expect![[r#"
            milestones[1].status typed_differs_from_computed 2.1 关键节点第 2 行的完成状态写的是 延迟，按其他内容算出的是 按时，请核对。
            milestones[2].status required 2.1 关键节点第 3 行的完成状态还没选。
            issues[0].found typed_differs_from_computed 4.1 问题统计第 1 行的发现数量写的是 5，按其他内容算出的是 3，请核对。
            issues[0].open typed_differs_from_computed 4.1 问题统计第 1 行的未修复写的是 1，按其他内容算出的是 4，请核对。
            issues[2].kind required 4.1 问题统计第 3 行的问题类型还没填。
            milestones[0].reason delay_without_reason 2.1 关键节点第 1 行的完成状态是“延迟”，延迟原因要填写。
            issues[0].found total_mismatch 4.1 问题统计第 1 行的发现数量是 5，已修复、未修复之和是 2，两处要一致。
            steps[2].order plan_order 步骤第 3 行的顺序和另一行都是 1，每个号只能用一次。
            issues[1].kind not_unique 4.1 问题统计第 2 行的问题类型“功能”和第 1 行重复。
            milestones[1].planned not_ascending 2.1 关键节点第 2 行的计划完成时间写的是 2026-04-09 10:00，不能早于第 1 行的 2026-04-10。
        "#]],
    );
}
