//! How long a report of five pages takes, median of many: `cargo bench -p dossier-pdf`.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::Instant;

use dossier_layout::{Abs, Color, Frames, Item, OutlineEntry, Point, Role};

const TEXT: &str = "本次发布遵循公司发布管理制度，由产品部牵头，研发、测试、运维共同参与，发布窗口为周四二十二时至次日两时。\
升级前已完成全量备份与回滚演练，灰度用户占百分之五，观察期四十八小时内未出现阻断性缺陷，核心接口平均响应时间下降至一百二十毫秒。\
遗留问题共三项，均已登记台账并指定负责人跟踪，预计下一迭代关闭；变更内容包括审计日志检索优化、权限模型重构以及国密算法支持。\
若监控指标连续五分钟超出阈值，应立即停止推送，执行降级预案，通知客户经理与值班领导，并在事后一个工作日提交复盘材料。\
验收结论：功能符合需求规格说明书，性能满足合同约定，安全扫描无高危漏洞，用户手册、安装指南和培训课件同步更新，准予归档。\
(V2.3.1, 2026-03-09 08:05; API gateway build #4711, SHA-256 verified)";

fn report() -> Frames {
    let fonts = common::fonts();
    let chars: Vec<char> = TEXT.chars().collect();
    let mut source = chars.iter().cycle().copied();
    let mut take = |count: usize| source.by_ref().take(count).collect::<String>();
    let mut frames = Frames::default();
    for number in 0..5 {
        let mut items = Vec::new();
        items.extend(common::line(fonts, &take(18), Role::SansBold, 16.0, (72.0, 80.0)));
        for row in 0..18 {
            let y = 110.0 + f64::from(row) * 36.0;
            items.extend(common::line(fonts, &take(4), Role::SerifBold, 10.5, (76.0, y)));
            items.extend(common::line(fonts, &take(28), Role::Serif, 10.5, (160.0, y)));
            items.extend(common::line(fonts, &take(2), Role::Sans, 9.0, (500.0, y)));
            let from_to = [(70.0, y + 8.0), (530.0, y + 8.0)];
            let points = from_to.map(|(x, y)| Point::new(Abs::pt(x), Abs::pt(y))).to_vec();
            items.push(Item::Stroke { points, width: Abs::pt(0.5), color: Color::BLACK, round: false, dash: None });
        }
        let level = if number % 2 == 0 { 1 } else { 2 };
        frames.outline.push(OutlineEntry { level, title: take(8), page: number, y: Abs::pt(64.0) });
        frames.pages.push(common::page(items));
    }
    frames
}

fn main() {
    // `cargo test --all-targets` runs this too, and only wants to see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 200 } else { 1 };
    let fonts = common::fonts();
    let frames = report();
    let meta = common::meta();
    let glyphs = frames.pages.iter().flat_map(|page| &page.items).map(|item| match item {
        Item::Text(run) => run.glyphs.len(),
        _ => 0,
    });
    let glyphs: usize = glyphs.sum();

    let start = Instant::now();
    let pdf = dossier_pdf::write(&frames, fonts, &[], &meta).unwrap();
    let first = start.elapsed();
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(dossier_pdf::write(&frames, fonts, &[], &meta).unwrap());
            start.elapsed()
        })
        .collect();
    times.sort();
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{} pages, {glyphs} glyphs, {} bytes: median {:.2} ms, fastest {:.2} ms, first {:.2} ms",
        frames.pages.len(),
        pdf.len(),
        ms(times[times.len() / 2]),
        ms(times[0]),
        ms(first),
    );
    common::save("bench.pdf", &pdf);
}
