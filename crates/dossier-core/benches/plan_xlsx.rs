//! A plan of 10,000 rows × 14 columns as a workbook: `cargo bench -p dossier-core --bench plan_xlsx`.
//!
//! Measured is the export as users wait for it: from a document to the bytes of its workbook, paper included.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

use dossier_core::compose::{Letterhead, Marks, Wanted, compose};
use dossier_core::document::{Draft, Values, validate};
use dossier_core::sheet::{self, Meta};
use dossier_core::template::Template;
use serde_json::{Map, Value, json};

const ROWS: usize = 10_000;
const RUNS: usize = 9;

fn main() {
    let source = include_str!("../../../templates/release-plan-table/template.toml");
    let template = Template::parse(source, "release-plan-table").expect("the template is sound");
    let mut content = Map::new();
    content.insert("systems".to_owned(), plan(ROWS));
    let draft = Draft { template: template.id.clone(), content };
    let document = validate(&draft, &template).expect("the plan fits its template");
    let created = chrono::NaiveDate::from_ymd_opt(2026, 3, 20).and_then(|day| day.and_hms_opt(8, 0, 0));
    let meta = Meta {
        author: "陈晓明".to_owned(),
        organisation: "星图科技有限公司".to_owned(),
        created: created.expect("a day of the calendar"),
    };

    let facts = Map::new();
    let mut whole = Vec::new();
    let mut composing = Vec::new();
    let mut bytes = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let values = Values::new(&document, &template, &facts);
        let paper = compose(&template, &values, &Letterhead::default(), &Marks::default(), Wanted::default());
        composing.push(start.elapsed());
        bytes = sheet::write(&paper, &template, document.content(), &meta).expect("the plan can be written");
        whole.push(start.elapsed());
    }
    let median = |times: &mut Vec<std::time::Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let figures = json!({
        "bench": "plan_xlsx",
        "rows": ROWS,
        "median_ms": median(&mut whole).round(),
        "compose_ms": median(&mut composing).round(),
        "bytes": bytes.len(),
    });
    println!("{figures}");
}

/// Rows like those of the peer's plan.
fn plan(rows: usize) -> Value {
    let systems = ["统一身份认证", "工单中心", "计费结算", "资产台账", "流程引擎", "报表平台", "消息总线"];
    let levels = ["高", "中", "低"];
    let mut state = 3_u32;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let row = |number: usize| {
        let version = format!("{}.{}.{}", random(9) + 1, random(21), random(41));
        let mut system = || systems[random(7) as usize];
        let (name, depends) = (format!("{}-{:02}", system(), number % 97), system());
        json!({
            "order": number,
            "system": name,
            "version": format!("V{version}"),
            "change": format!(
                "优化查询性能并修复导出问题，关联需求 REQ-{}；补充单元测试与回归用例",
                random(9_000) + 1_000
            ),
            "risk": levels[random(3) as usize],
            "risk_note": "接口超时或数据不一致",
            "risk_control": "灰度观察 30 分钟，保留回滚包",
            "depends": depends,
            "config": format!("app.module{number}.enabled=true"),
            "ddl": format!("V{number}__ddl.sql"),
            "dml": format!("V{number}__dml.sql"),
            "branch": format!("release/{version}"),
            "developer": ["王海涛", "赵建国"],
            "tester": ["李文静"],
        })
    };
    (1..=rows).map(row).collect()
}
