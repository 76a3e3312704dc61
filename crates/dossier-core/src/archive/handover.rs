//! What people read in a package: 移交清单, 受控文件清单, how to check it without this program, and what BagIt asks for.

use chrono::{DateTime, FixedOffset};

use super::bag::{MANIFEST, TAG_MANIFEST, code_of};
use super::wire::{ArchiveCheck, Outcome};
use crate::listing::{Column, Header, Listing, Section};
use crate::storage::{AuditHead, RevisionState};

pub(crate) const HANDOVER: &str = "移交清单.pdf";
pub(crate) const README: &str = "README-如何校验.txt";

/// Names of `bag-info.txt` that are this program's own.
pub(crate) const INFO_HEAD: &str = "Dossier-Audit-Head";
pub(crate) const INFO_SCHEMA: &str = "Dossier-Schema";
pub(crate) const INFO_OXUM: &str = "Payload-Oxum";

/// A revision as the lists tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub number: String,
    pub title: String,
    pub product: String,
    pub revision: String,
    pub state: RevisionState,
    pub effective_on: String,
    pub obsolete_on: String,
    pub classification: String,
    /// 永久, 30年
    pub retention: String,
    pub department: String,
    pub pages: usize,
    /// Scanned pages with ink on them.
    pub signed: usize,
    pub code: String,
}

/// What is told of a package as a whole.
pub(crate) struct Told<'a> {
    pub organisation: &'a str,
    pub at: DateTime<FixedOffset>,
    /// Of `index.json`.
    pub schema: u32,
    pub check: &'a ArchiveCheck,
    pub files: usize,
    pub bytes: u64,
    pub head: &'a AuditHead,
}

/// 受控文件清单 of what is archived.
pub(crate) fn register(lines: &[Line], scope: &str, at: DateTime<FixedOffset>) -> Listing {
    let rows = lines.iter().enumerate().map(|(index, line)| {
        vec![
            (index + 1).to_string(),
            line.number.clone(),
            line.title.clone(),
            line.product.clone(),
            line.revision.clone(),
            line.state.label().to_owned(),
            line.effective_on.clone(),
            line.obsolete_on.clone(),
            line.classification.clone(),
            line.department.clone(),
        ]
    });
    Listing {
        title: "受控文件清单".into(),
        lines: told(&[
            ("归档范围", scope),
            ("截至日期", &at.date_naive().to_string()),
            ("共", &format!("{} 个版本", lines.len())),
        ]),
        landscape: true,
        columns: vec![
            Column::new("序号", 11.0).centered(),
            Column::new("文件编号", 42.0).centered(),
            Column::new("文件名称", 50.0),
            Column::new("产品及版本", 62.0),
            Column::new("版本", 15.0).centered(),
            Column::new("状态", 16.0).centered(),
            Column::new("生效日期", 23.0).centered(),
            Column::new("作废日期", 23.0).centered(),
            Column::new("密级", 14.0).centered(),
            Column::new("责任部门", 22.0).centered(),
        ],
        sections: vec![Section { heading: None, rows: rows.collect() }],
        notes: Vec::new(),
        signoff: Vec::new(),
        header: Header::default(),
        check: None,
        date: at.date_naive(),
    }
}

/// 移交清单: what is handed over, and the digest that the people who sign it stand for.
pub(crate) fn handover(lines: &[Line], told_of: &Told<'_>, digest: &str) -> Listing {
    let rows = lines.iter().enumerate().map(|(index, line)| {
        vec![
            (index + 1).to_string(),
            line.number.clone(),
            line.title.clone(),
            line.revision.clone(),
            line.state.label().to_owned(),
            line.retention.clone(),
            line.pages.to_string(),
            line.signed.to_string(),
            line.code.clone(),
        ]
    });
    let code = code_of(digest);
    let day = told_of.at.date_naive();
    let mut notes = vec![
        format!("本清单由移交人和接收人签字。移交校验码 {code} 代表包里的全部文件：任何一个文件改动，校验码就不同。"),
        format!("移交校验码是 {MANIFEST} 的 SHA-256 的前 24 位；完整的 SHA-256：{digest}"),
        format!("核对：dossier verify 归档包.zip --anchor {code}；没有本程序时见 {README}。"),
    ];
    for (name, outcome) in [("例外", Outcome::Excused), ("提醒", Outcome::Warning)] {
        for line in told_of.check.of(outcome) {
            let reason = line.reason.as_ref().map(|reason| format!("理由：{reason}")).unwrap_or_default();
            notes.push(format!("{name}（{}）：{}{reason}", line.id, line.message));
        }
    }
    Listing {
        title: "移交清单".into(),
        lines: told(&[
            ("移交单位", told_of.organisation),
            ("归档范围", &told_of.check.scope),
            ("打包日期", &day.to_string()),
            ("移交校验码", &code),
            ("审计锚", &told_of.head.anchor()),
            ("文件", &format!("{} 个，{} 字节", told_of.files, told_of.bytes)),
        ]),
        landscape: false,
        columns: vec![
            Column::new("序号", 10.0).centered(),
            Column::new("文件编号", 37.0).centered(),
            Column::new("题名", 38.0),
            Column::new("版本", 13.0).centered(),
            Column::new("状态", 14.0).centered(),
            Column::new("保管期限", 16.0).centered(),
            Column::new("页数", 11.0).centered(),
            Column::new("签署件", 13.0).centered(),
            Column::new("校验码", 33.0).centered(),
        ],
        sections: vec![Section { heading: None, rows: rows.collect() }],
        notes,
        signoff: ["移交人", "接收人", "监交人"].map(str::to_owned).to_vec(),
        header: Header::default(),
        check: None,
        date: day,
    }
}

/// `bag-info.txt`.
pub(crate) fn info(told_of: &Told<'_>) -> String {
    let lines = [
        ("Source-Organization", told_of.organisation.to_owned()),
        ("External-Description", format!("归档包：{}，{} 个版本", told_of.check.scope, told_of.check.revisions)),
        ("Bagging-Date", told_of.at.date_naive().to_string()),
        ("Bag-Software-Agent", concat!("Dossier ", env!("CARGO_PKG_VERSION")).to_owned()),
        (INFO_OXUM, format!("{}.{}", told_of.bytes, told_of.files)),
        (INFO_SCHEMA, told_of.schema.to_string()),
        (INFO_HEAD, format!("{} {}", told_of.head.seq, told_of.head.hash)),
    ];
    info_lines(&lines)
}

/// Lines of `bag-info.txt`. Whatever people typed stays on its line; what is empty has none.
pub(crate) fn info_lines(lines: &[(&str, String)]) -> String {
    let line = |(name, value): &(&str, String)| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() { String::new() } else { format!("{name}: {value}\n") }
    };
    lines.iter().map(line).collect()
}

/// The value of a line of `bag-info.txt`.
pub(crate) fn info_value<'t>(info: &'t str, name: &str) -> Option<&'t str> {
    info.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        (label.trim() == name).then_some(value.trim())
    })
}

/// How to check the package without this program, on any system. Lines end as Notepad needs them.
pub(crate) fn readme() -> String {
    let text = format!(
        "\u{feff}如何校验这个归档包
==================

这个文件夹是一个 BagIt 1.0 包（RFC 8493）。不需要任何专用软件就能打开和校验。

一、里面有什么
  data/受控文件清单.xlsx、.csv   归档了哪些文件
  data/<编号>/<版本>/            每个文件：PDF（PDF/A-2u）、XLSX、JSON 和签署件
  data/合订本/                   每次发布的总结报告和附录，合成一个 PDF
  data/index.json                同样的清单，供程序读取
  data/audit.jsonl               审计记录，每条带有前一条的 SHA-256
  data/归档检查.json             归档时检查了什么，例外的理由
  移交清单.pdf                   打印、签字的清单，上面有移交校验码
  {MANIFEST}            data 里每个文件的 SHA-256
  {TAG_MANIFEST}         其余每个文件的 SHA-256

二、逐个文件校验
  Linux、macOS：在这个文件夹里打开终端，输入
    sha256sum -c {MANIFEST}
    sha256sum -c {TAG_MANIFEST}
  （macOS 没有 sha256sum 时用 shasum -a 256 -c）
  每一行都显示 OK 或 成功，就没有损坏。

  Windows：打开命令提示符，进入这个文件夹，对要核对的文件输入
    certutil -hashfile \"data\\受控文件清单.csv\" SHA256
  得到的 64 位数与 {MANIFEST} 里那一行的相同，就没有损坏。

三、核对移交校验码
  上面两步查得出损坏，查不出有人连清单一起改过。请再算一次清单本身：
    sha256sum {MANIFEST}
    certutil -hashfile {MANIFEST} SHA256
  前 24 位必须与签过字的纸质移交清单上的移交校验码相同。

四、有发布卷宗程序时
    dossier verify 归档包.zip --anchor 移交校验码
  它还核对 PDF/A 标记、审计记录的链和清单的内容，并说明是损坏还是被改动。
"
    );
    text.replace('\n', "\r\n")
}

fn told(lines: &[(&str, &str)]) -> Vec<(String, String)> {
    lines
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
        .collect()
}
