//! From `template.toml` to a sound [`Template`], or to all of its problems at once.
//!
//! ```text
//! text ─ toml ─→ tree ─ fields ─→ fields, each with its place in the file ─ layout, rules ─→ Template
//!                                     └ references: conditions, computed values, blanks of options
//! ```

use toml::de::DeTable;

use super::reader::{Keys, Problems};
use super::{Style, Template, fields, frame, layout, rules};
use crate::error::{Code, Error, Issue, Result};

impl Template {
    /// Reads a template. `file` names it in messages; where it stands in a folder, the folder must be called like it.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`] with every problem at once, each at `file:line`.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        read(text, file).map_err(|issues| {
            let count = issues.len();
            Error::new(Code::InvalidTemplate, format!("模板 {file} 有 {count} 处问题"))
                .hint("按行号逐处改正；写法见 templates/README.md")
                .issues(issues)
        })
    }
}

fn read(text: &str, file: &str) -> Result<Template, Vec<Issue>> {
    let problems = Problems::new(file, text);
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut torn = false;
    for error in errors {
        torn |= error.message() != "duplicate key";
        let at = error.span().map_or(0, |span| span.start);
        let quoted = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        problems.add(at, syntax_code(error.message()), syntax_message(error.message(), quoted));
    }
    // What stands behind a torn line was read wrongly: telling more would mislead.
    if torn {
        return Err(problems.into_issues());
    }
    let template = read_tree(tree.get_ref(), text, file, &problems);
    match template {
        Some(template) if problems.is_empty() => Ok(template),
        _ => Err(problems.into_issues()),
    }
}

fn read_tree(tree: &DeTable, text: &str, file: &str, problems: &Problems) -> Option<Template> {
    let keys = Keys::new(tree, 0, "模板", problems);
    let head = read_head(&keys, file);
    let style = keys.word("style", STYLES);
    if !keys.has("style") {
        problems.add(0, "missing_key", "模板 缺少 style");
    }
    let heading = keys.text("heading");
    let short = keys.string("short").map(|short| short.value);
    let order = keys.count("order").unwrap_or(usize::from(u16::MAX));
    let number = head.number.clone().unwrap_or_default();
    let frame = frame::fields(&number, head.category.as_deref().unwrap_or_default());
    let book = fields::read(keys.keys("fields"), frame, problems);
    let mut placed = fields::Placed::default();
    if let Some(heading) = &heading {
        book.check_text(heading, None, &mut placed);
    }
    let width = if style == Some(Style::Table) { 267.0 } else { 165.0 };
    let layout = layout::read(&keys, &book, width, &mut placed);
    book.check_placed(&placed);
    let rules = rules::read(&keys, &book);
    keys.finish();
    Some(Template {
        id: head.id?,
        version: head.version?,
        form_number: head.form_number?,
        short: short.or_else(|| head.title.clone())?,
        order,
        title: head.title?,
        heading: heading.map(|heading| heading.value),
        number: head.number?,
        category: head.category?,
        style: style?,
        fields: book.fields,
        layout,
        rules,
        source: text.to_owned(),
    })
}

const STYLES: &[(&str, Style)] =
    &[("form", Style::Form), ("report", Style::Report), ("plan", Style::Plan), ("table", Style::Table)];

struct Head {
    id: Option<String>,
    version: Option<String>,
    form_number: Option<String>,
    title: Option<String>,
    number: Option<String>,
    category: Option<String>,
}

fn read_head(keys: &Keys, file: &str) -> Head {
    let problems = keys.problems;
    let id = keys.needed_string("id").map(|id| {
        let plain = id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain || !id.value.starts_with(|c: char| c.is_ascii_lowercase()) {
            let message = format!("模板的 id 只能用小写字母、数字和连字符，如 release-summary，现在是“{}”", id.value);
            problems.add(id.at, "bad_id", message);
        }
        if let Some(folder) = folder_of(file).filter(|folder| *folder != id.value) {
            let message = format!("模板的 id 要和文件夹同名：文件夹是 {folder}，id 是 {}", id.value);
            problems.add(id.at, "bad_id", message);
        }
        id.value
    });
    let number = keys.needed_string("number").map(|number| {
        if let Err(problem) = super::number::check(&number.value) {
            problems.add(number.at, "bad_value", problem);
        }
        number.value
    });
    let text = |key| keys.needed_string(key).map(|text| text.value);
    Head {
        id,
        version: text("version"),
        form_number: text("form_number"),
        title: text("title"),
        number,
        category: text("category"),
    }
}

/// The folder of `…/release-summary/template.toml`.
fn folder_of(file: &str) -> Option<&str> {
    let mut parts = file.rsplit(['/', '\\']);
    (parts.next()? == "template.toml")
        .then(|| parts.next())
        .flatten()
        .filter(|folder| !matches!(*folder, "" | "." | ".."))
}

fn syntax_code(message: &str) -> &'static str {
    if message == "duplicate key" { "duplicate" } else { "syntax" }
}

fn syntax_message(message: &str, quoted: &str) -> String {
    let known = match message.split(',').next().unwrap_or(message) {
        "duplicate key" => return format!("“{quoted}”在这里写了两次，请删去或改名"),
        "missing opening quote" | "string values must be quoted" => "文字要放在一对引号里",
        "unclosed array" => "“[”没有对应的“]”",
        "unclosed table" | "unclosed array table" => "方括号的标题没有结束",
        "unclosed inline table" => "“{”没有对应的“}”",
        "missing comma between array elements" => "列表的两项之间少了逗号",
        "missing comma between key-value pairs" => "两项之间少了逗号",
        "missing assignment between key-value pairs" | "key with no value" => "键后面要写 = 和值",
        "missing value" | "missing value for key" | "invalid value" => "“=”后面少了值，或者值的写法不对",
        "invalid unquoted key" => "键里有中文、点号或空格时要放在引号里",
        "extra comma in array" | "extra comma in inline table" => "多了一个逗号",
        _ => "",
    };
    if known.is_empty() {
        format!("这里不合 TOML 的写法（{message}）")
    } else {
        format!("这里不合 TOML 的写法：{known}")
    }
}
