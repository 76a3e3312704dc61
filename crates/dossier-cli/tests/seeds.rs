//! The source documents' own words are on the paper: taken from their texts, so that none can be forgotten.

#[allow(dead_code, reason = "each test file uses its own part of the kit")]
mod kit;

use std::path::Path;

fn seed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/seeds").join(name);
    std::fs::read_to_string(path).expect("the seed")
}

/// Text without what differs between paper and plain text: spaces, blanks, marks of the markup.
fn bare(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace() && !"_\\*#_".contains(*ch)).collect()
}

/// The literal parts of a text: what stands between its blanks, examples and boxes.
fn literals(text: &str) -> Vec<String> {
    let text = text.replace("\\_", "_");
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut depth = 0;
    while let Some(ch) = chars.next() {
        match ch {
            '\\' => match chars.next() {
                Some('[') => depth += 1,
                Some(']') => {
                    depth -= 1;
                    parts.push(String::new());
                }
                Some(other) if depth == 0 => parts.last_mut().expect("never empty").push(other),
                _ => {}
            },
            _ if depth > 0 => {}
            '_' | '□' => parts.push(String::new()),
            _ => parts.last_mut().expect("never empty").push(ch),
        }
    }
    parts.iter().map(|part| bare(part)).filter(|part| !part.is_empty()).collect()
}

/// A plain-text table: its rows of cells, by the columns that its dashes mark.
struct TextTable {
    rows: Vec<Vec<String>>,
}

fn width(ch: char) -> usize {
    if ch.is_ascii() { 1 } else { 2 }
}

fn is_dashes(line: &str) -> bool {
    let line = line.trim();
    line.len() > 10 && line.chars().all(|ch| ch == '-' || ch == ' ')
}

fn table(lines: &[&str]) -> TextTable {
    let ruler = lines.iter().find(|line| is_dashes(line) && line.trim().contains(' ')).expect("columns");
    let mut columns = Vec::new();
    let mut start = None;
    for (at, ch) in ruler.chars().chain([' ']).enumerate() {
        match (ch, start) {
            ('-', None) => start = Some(at),
            (' ', Some(from)) => {
                columns.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for line in lines {
        if is_dashes(line) || line.trim().is_empty() {
            open = false;
            continue;
        }
        if !open {
            rows.push(vec![String::new(); columns.len()]);
            open = true;
        }
        let mut at = 0;
        for ch in line.chars() {
            let column = columns.iter().rposition(|(from, _)| *from <= at).unwrap_or(0);
            rows.last_mut().expect("opened")[column].push(ch);
            at += width(ch);
        }
    }
    TextTable { rows }
}

/// What of a table is the form's own: its heads, the names of its rows, and all the rest where it is no example.
fn words_of_table(table: &TextTable) -> Vec<String> {
    let examples = ["问题ID", "部门", "改进领域"];
    let first = bare(&table.rows[0][0]);
    let is_example = examples.contains(&first.as_str());
    let mut words = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let own = index == 0 || !is_example || (column == 0 && first != "问题ID");
            if own {
                words.extend(literals(cell));
            } else if column == 0 {
                words.push(bare(cell).chars().take(4).collect());
            }
        }
    }
    words
}

#[test]
fn every_word_of_the_summary_report_is_on_the_blank_form_in_its_order() {
    // The company is an example; it stands in the settings.
    let seed = seed("002.txt").replace("XX 公司产品部", "");
    let lines: Vec<&str> = seed.lines().collect();
    let mut words = Vec::new();
    let mut at = 0;
    let mut paragraph = String::new();
    while at < lines.len() {
        let line = lines[at];
        if is_dashes(line) {
            let end = (at + 1..lines.len())
                .find(|&end| {
                    is_dashes(lines[end])
                        && (end + 1 == lines.len() || lines[end + 1].trim().is_empty())
                        && (!lines[end].trim().contains(' '))
                })
                .expect("a table ends");
            words.extend(words_of_table(&table(&lines[at..=end])));
            at = end + 1;
            continue;
        }
        if line.trim().is_empty() {
            words.extend(literals(&paragraph));
            paragraph.clear();
        } else {
            // Numbers of clauses are the paper's own.
            let line = line.trim();
            let text = line.split_once(".  ").filter(|(number, _)| number.parse::<u8>().is_ok());
            paragraph.push_str(text.map_or(line, |(_, text)| text));
        }
        at += 1;
    }
    words.extend(literals(&paragraph));
    assert!(words.len() > 200, "the seed has been read: {}", words.len());
    let text = bare(&kit::blank_text("release-summary")).replace('□', "");
    assert_in_order(&words, &text);
}

#[test]
fn the_plan_table_has_the_fourteen_columns_in_their_order() {
    let seed = seed("003.txt");
    let heads = seed.lines().find(|line| line.starts_with("| 发布顺序")).expect("the head of the plan");
    let heads: Vec<String> = heads.split('|').map(bare).filter(|head| !head.is_empty()).collect();
    assert_eq!(heads.len(), 14);
    assert_in_order(&heads, &bare(&kit::blank_text("release-plan-table")));
}

#[test]
fn every_step_of_the_release_plan_is_on_the_blank_form_in_its_order() {
    let seed = seed("003.txt");
    let start = seed.find("I、影响范围").expect("the plan");
    let end = seed.find("1、目的").expect("what follows the plan");
    // 文件名XXXXXXX, names, dates and points are examples; what stands around them is the form's own.
    let examples = |line: &str| {
        ["张三", "李四", "王五", "赵六", "……", "202", "验证", "在XX月", "alfred"]
            .iter()
            .any(|word| line.starts_with(word))
            && line != "验证新系统功能"
    };
    let mut words = Vec::new();
    for line in seed[start..end].lines().map(str::trim).filter(|line| !line.is_empty() && !examples(line)) {
        let line = line.split("（文件名").next().unwrap_or(line);
        let line = line.split("VX").next().unwrap_or(line).split("VXX").next().unwrap_or(line);
        words.extend(line.split(['（', '）']).map(bare).filter(|word| !word.is_empty()));
    }
    assert!(words.len() > 30, "the seed has been read: {words:?}");
    assert_in_order(&words, &bare(&kit::blank_text("release-plan")));
}

/// Every word is found, each after the one before it.
#[track_caller]
fn assert_in_order(words: &[String], text: &str) {
    let mut from = 0;
    let mut missing = Vec::new();
    for word in words {
        match text[from..].find(word.as_str()) {
            Some(at) => from += at + word.len(),
            None => missing.push(word),
        }
    }
    assert!(missing.is_empty(), "not on the paper, or not in this order: {missing:?}\n{text}");
}
