//! The plan table in a workbook: which sheet, which head.

use super::cells::{Address, Sheet, Workbook};
use super::head_row::{Head, find_head, head_at};
use super::heads::Matcher;
use super::limits;
use super::plan::{Choices, ImportPlan, Request, Warning};
use super::rows::{Reading, place};
use crate::{Code, Error, Result};

/// Finds the table that fits best and reads it.
pub(super) fn find(workbook: &Workbook, request: &Request<'_>, choices: &Choices) -> Result<ImportPlan> {
    let wanted = sheets_to_search(workbook, request)?;
    let matcher = Matcher::new(request.columns);
    let mut found: Vec<(&Sheet, Head)> = Vec::new();
    for sheet in &wanted {
        let head = match choices.head_row {
            // Who names the row means this sheet, or the first that reaches so far.
            Some(row) => head_at(sheet, &matcher, request.columns.len(), row.saturating_sub(1)),
            None => find_head(sheet, &matcher, request.columns.len()),
        };
        found.extend(head.map(|mut head| {
            head.put(&choices.places);
            (*sheet, head)
        }));
    }
    // Hidden sheets only when no other has a plan, unless one was asked for by name.
    if request.sheet.is_none() && found.iter().any(|(sheet, _)| sheet.visible) {
        found.retain(|(sheet, _)| sheet.visible);
    }
    let is_example = |sheet: &Sheet| {
        ["示例", "样例", "模板", "说明", "example", "template"]
            .iter()
            .any(|word| sheet.name.to_lowercase().contains(word))
    };
    // Stable: among equals the first tab is read.
    found.sort_by(|(one, one_head), (other, other_head)| {
        is_example(one).cmp(&is_example(other)).then(other_head.score.total_cmp(&one_head.score))
    });

    let mut too_far = None;
    let mut empty = None;
    let mut best: Option<(usize, ImportPlan)> = None;
    for (index, (sheet, head)) in found.iter().enumerate() {
        if let Some(beyond) = sheet.beyond {
            too_far.get_or_insert((*sheet, beyond));
            continue;
        }
        let plan = Reading::new(workbook, sheet, head, request, &matcher).read();
        if plan.rows.is_empty() {
            empty.get_or_insert(plan);
            continue;
        }
        best = Some((index, plan));
        break;
    }
    let Some((index, mut plan)) = best else {
        return Err(match (too_far, empty) {
            (Some((sheet, beyond)), _) => far_away(sheet, beyond),
            (None, Some(plan)) => no_rows(&plan),
            (None, None) => match wanted.iter().find_map(|sheet| Some((*sheet, sheet.beyond?))) {
                Some((sheet, beyond)) => far_away(sheet, beyond),
                None => no_table(&wanted, request),
            },
        });
    };
    for (other, (sheet, head)) in found.iter().enumerate() {
        let has_rows = sheet.last_row().is_some_and(|last| last > head.last_row);
        if other != index && has_rows {
            plan.warnings.push(Warning {
                code: "other_table",
                cell: place(&sheet.name, Address::new(head.last_row, 0)),
                message: format!("工作表“{}”里也有一张计划表，没有读入；要读它，请指定这张工作表。", sheet.name),
            });
        }
    }
    Ok(plan)
}

fn sheets_to_search<'w>(workbook: &'w Workbook, request: &Request<'_>) -> Result<Vec<&'w Sheet>> {
    let Some(name) = request.sheet else {
        if workbook.sheets.iter().all(Sheet::is_empty) {
            return Err(Error::new(Code::EmptyFile, "里面没有内容").hint("请确认选对了文件，并且内容已经保存，再导入"));
        }
        return Ok(workbook.sheets.iter().collect());
    };
    let same = |sheet: &&Sheet| sheet.name.trim().to_lowercase() == name.trim().to_lowercase();
    match workbook.sheet(name).or_else(|| workbook.sheets.iter().find(same)) {
        Some(sheet) if sheet.is_empty() => {
            Err(Error::new(Code::EmptyFile, format!("的工作表“{}”里没有内容", sheet.name))
                .hint("请另选一张工作表，再导入"))
        }
        Some(sheet) => Ok(vec![sheet]),
        None => {
            let names: Vec<String> = workbook.sheets.iter().take(20).map(|sheet| format!("“{}”", sheet.name)).collect();
            Err(Error::new(Code::NotFound, format!("里没有名为“{name}”的工作表"))
                .hint(format!("里面的工作表有：{}", names.join("、"))))
        }
    }
}

fn far_away(sheet: &Sheet, beyond: Address) -> Error {
    Error::new(
        Code::TooLarge,
        format!(
            "太大：{} 有内容，超出了 {} 行 × {} 列的上限",
            place(&sheet.name, beyond),
            limits::ROWS,
            limits::COLUMNS
        ),
    )
    .hint("如果那里是误填的，请清除那个单元格（或删除那一行、那一列）后保存，再导入；否则请分成几个文件")
}

fn no_rows(plan: &ImportPlan) -> Error {
    Error::new(Code::NoRows, format!("的工作表“{}”只有表头（第 {} 行），下面没有计划内容", plan.sheet, plan.head_row))
        .hint("请在表头下面填好计划，保存后再导入；隐藏的行不会读入")
}

fn no_table(sheets: &[&Sheet], request: &Request<'_>) -> Error {
    let heads: Vec<&str> = request.columns.iter().map(|column| column.head.as_str()).collect();
    let place = match sheets {
        [only] => format!("的工作表“{}”里没有找到计划表", only.name),
        sheets => format!("的 {} 张工作表里都没有找到计划表", sheets.len()),
    };
    Error::new(Code::NoPlanTable, place)
        .hint(format!("请确认有一行表头，写着要导入的栏目：{}；列的顺序不限，可以缺几列", heads.join("、")))
}
