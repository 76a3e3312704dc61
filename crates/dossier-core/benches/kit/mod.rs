//! Stores with thousands of dossiers, written directly: what the use cases would leave, without their work.

use chrono::{DateTime, FixedOffset};
use dossier_core::Result;
use dossier_core::storage::{Act, DossierRecord, NewDocument, Status, Storage, Summary};
use serde_json::json;

const PRODUCTS: [&str; 12] = [
    "衡川网络安全审计系统",
    "计费结算系统",
    "数据安全网关",
    "统一认证中心",
    "终端安全管理平台",
    "资产拓扑平台",
    "日志分析平台",
    "消息总线",
    "数据中台",
    "租户中心",
    "运维监控平台",
    "报表中心",
];
const PEOPLE: [&str; 10] = ["周敏", "刘堃", "陈珺", "韩朔", "王喆", "林知远", "赵堃", "李玥", "杜若", "方文川"];
const TYPES: [&str; 4] = ["功能迭代发布", "补丁版本发布", "重大版本发布", "紧急修复发布"];
/// The forms of a release, with what the first field of each holds.
const FORMS: [(&str, &str); 4] = [
    ("release-application", "产品发布申请表"),
    ("release-plan", "发布计划"),
    ("release-plan-table", "发布计划表"),
    ("release-summary", "产品发布总结报告"),
];

/// When the stores were written.
pub fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-03-11T12:31:07+08:00").expect("a moment")
}

/// Writes `count` releases with four documents each. Every document says 发布, as all of them do in life; only every
/// thousandth says 量子.
pub fn fill(storage: &mut Storage, count: usize) -> Result<()> {
    for start in (0..count).step_by(500) {
        let act = Act { at: now(), actor: "林知远", action: "test.fill" };
        storage.transact(act, |tx| {
            for index in start..count.min(start + 500) {
                let pick = |names: &[&'static str]| names[index % names.len()];
                let (product, owner, release_type) = (pick(&PRODUCTS), pick(&PEOPLE), pick(&TYPES));
                let version = format!("V{}.{}.{}", 1 + index / 5000, index / 12 % 420, index % 12);
                let initials = ["hcwlaqsjxt", "jfjsxt", "sjaqwg", "tyrzzx"][index % 12 % 4];
                let id = tx.release_or_new(&format!("{product} {version}"))?;
                let facts = json!({
                    "release.product_name": { "value": product },
                    "release.version": { "value": version },
                    "release.owner": { "value": owner },
                    "release.release_type": { "value": release_type },
                });
                tx.set_facts(id, &serde_json::from_value(facts).expect("facts"))?;
                let planned_at = format!("{}-{:02}-{:02} 10:00", 2020 + index % 7, 1 + index % 12, 1 + index % 28);
                for (form, title) in FORMS {
                    let hash = tx.keep_template(form, "1.0", &format!("id = \"{form}\""))?;
                    let new = NewDocument { template: &hash, template_id: form, release: Some(id), year: 2026 };
                    let document = tx.insert_document(new)?;
                    let rare = if index % 1000 == 0 { "量子" } else { "" };
                    let text = format!(
                        "{title} {product} {version} 发布负责人 {owner} 第 {index} 次：审计策略批量下发与日志检索语法扩展{rare}，\
                         升级加密通信组件；切换期间会话失效，用户需重新登录，提前公告，旧令牌保留校验 30 分钟；\
                         由{}执行发布与回退，每 15 分钟同步一次进展，现场支持，确认更新包与脚本版本",
                        PEOPLE[(index / 7) % PEOPLE.len()]
                    );
                    let content = json!({ "text": text }).as_object().expect("an object").clone();
                    tx.set_content(document, &format!("{title} · {product} {version}"), &content)?;
                    tx.index_document(document, &format!("{text}\n{initials}{}", version.replace('.', "").to_lowercase()))?;
                    tx.sum_up(document, Summary { missing: index % 20, rows: None, begun: false })?;
                }
                let words = format!("{product} {version} {owner}\n{initials}{}", version.replace('.', "").to_lowercase());
                tx.put_dossier(
                    id,
                    &DossierRecord {
                        product: product.into(),
                        version,
                        release_type: release_type.into(),
                        owner: owner.into(),
                        year: 2020 + (index % 7) as i32,
                        planned_at: Some(planned_at),
                        summary_begun: index % 3 == 0,
                        closed: index % 5 == 0,
                        statuses: vec![Status::Draft; FORMS.len()],
                        words,
                    },
                )?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
