//! Cells that stand in or below a table without being part of it: totals, remarks, signatures, sections.

use super::cells::{Cell, Value};
use super::heads::normalise;

pub(super) fn is_blank(cell: &Cell) -> bool {
    match &cell.value {
        Value::Text(text) => {
            text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')).is_empty()
        }
        _ => false,
    }
}

/// `合计`, `总计：12` …
pub(super) fn is_total(cell: &Cell) -> bool {
    let Value::Text(text) = &cell.value else { return false };
    let text = text.trim();
    text.len() <= 60
        && ["合计", "总计", "小计", "共计", "Total", "TOTAL"].iter().any(|word| {
            text.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '：', ' ', '\u{3000}', '（', '(']))
        })
        || matches!(normalise(text).as_str(), "合计" | "总计" | "小计" | "共计")
}

/// `备注：…`, `编制人签字：` and the like, as they stand below a table.
pub(super) fn is_remark(cell: &Cell) -> bool {
    const WORDS: [&str; 35] = [
        "备注",
        "注",
        "说明",
        "注意",
        "编制",
        "编写",
        "制表",
        "制作",
        "填表",
        "填报",
        "填写",
        "审核",
        "审批",
        "批准",
        "复核",
        "校对",
        "会签",
        "签字",
        "签名",
        "签章",
        "签发",
        "签收",
        "日期",
        "制单",
        "部门",
        "单位",
        "联系",
        "电话",
        "抄送",
        "经办",
        "负责人",
        "附",
        "本页",
        "以下空白",
        "note",
    ];
    let Value::Text(text) = &cell.value else { return false };
    let start: String = normalise(&text.chars().take(60).collect::<String>());
    let start = start.trim_start_matches(['(', '[', '【']);
    if start.starts_with('第') && start.contains('页') {
        return true;
    }
    WORDS.iter().any(|word| {
        let Some(rest) = start.strip_prefix(word) else { return false };
        let ends_here = rest.is_empty() || rest.starts_with([':', ')', ']', '】', '1', '一', '①']);
        // `编制人签字：`, `审核人（签字）：`
        let is_signature = rest.chars().take(8).any(|c| c == ':') || text.trim_end().ends_with([':', '：']);
        ends_here || is_signature || rest.starts_with("人") && rest.chars().count() <= 6
    })
}

/// `一、核心系统`, `（二）外围系统`.
pub(super) fn is_section(cell: &Cell) -> bool {
    let Value::Text(text) = &cell.value else { return false };
    let start = text.trim().trim_start_matches(['（', '(', '第']);
    let rest = start.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']);
    rest.len() < start.len() && rest.starts_with(['、', '）', ')', '批', '部'])
}

/// A number, or a text that begins with one: `1`, `第2批`, `3-1`, `①`.
pub(super) fn is_ordinal(cell: &Cell) -> bool {
    match &cell.value {
        Value::Number(_) | Value::NoResult => true,
        Value::Text(text) => {
            let text = text.trim().trim_start_matches(['第', '(', '（', 'P', 'p', 'T', 'S', 'N', 'o', '.', '#']);
            text.chars().count() <= 12
                && text.starts_with(|c: char| c.is_numeric() || "一二三四五六七八九十".contains(c))
                && !text.contains(['、'])
        }
        _ => false,
    }
}
