//! Texts of the layout: `研发部 {rd_staff} 人`, `**人力资源**：…`, `{strategy:name|28}`, `{#}`.

use super::{Part, Text};

impl Text {
    /// A text without places for fields.
    pub fn literal(text: &str) -> Self {
        let part = Part::Literal { text: text.to_owned(), bold: false };
        Self { parts: if text.is_empty() { Vec::new() } else { vec![part] } }
    }

    /// Reads a text as it is written in a template.
    ///
    /// # Errors
    ///
    /// Every problem at once, each a Chinese sentence without its full stop.
    pub fn parse(source: &str) -> Result<Self, Vec<String>> {
        let (text, problems) = Self::read(source);
        if problems.is_empty() { Ok(text) } else { Err(problems) }
    }

    /// What can be read, and every problem.
    pub(super) fn read(source: &str) -> (Self, Vec<String>) {
        let mut reader = Reader::default();
        let mut rest = source;
        while let Some(next) = rest.find(['{', '}', '*']) {
            reader.literal.push_str(&rest[..next]);
            rest = &rest[next..];
            if let Some(after) = rest.strip_prefix("**") {
                reader.finish_literal();
                reader.bold = !reader.bold;
                rest = after;
            } else if let Some(after) = rest.strip_prefix('*') {
                reader.literal.push('*');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('}') {
                reader.problems.push("“}”前面没有对应的“{”".to_owned());
                rest = after;
            } else {
                rest = reader.place(&rest[1..]);
            }
        }
        reader.literal.push_str(rest);
        reader.finish_literal();
        if reader.bold {
            reader.problems.push("“**”没有成对，黑体没有结束".to_owned());
        }
        (Self { parts: reader.parts }, reader.problems)
    }
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    literal: String,
    bold: bool,
    problems: Vec<String>,
}

impl Reader {
    fn finish_literal(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal { text: std::mem::take(&mut self.literal), bold: self.bold });
        }
    }

    /// Reads a place after its brace, and returns what follows it.
    fn place<'s>(&mut self, rest: &'s str) -> &'s str {
        // A brace that opens before this one closes means that this one was forgotten.
        let end = rest.find(['{', '}']).filter(|&end| rest[end..].starts_with('}'));
        let Some(end) = end else {
            let shown: String = rest.chars().take_while(|c| !matches!(c, '{' | '}')).take(12).collect();
            self.problems.push(format!("“{{{shown}”的“{{”没有对应的“}}”"));
            return rest;
        };
        self.finish_literal();
        let inside = &rest[..end];
        match read_place(inside, self.bold) {
            Ok(part) => self.parts.push(part),
            Err(problem) => self.problems.push(format!("“{{{inside}}}”{problem}")),
        }
        &rest[end + 1..]
    }
}

fn read_place(inside: &str, bold: bool) -> Result<Part, String> {
    if inside == "#" {
        return Ok(Part::RowNumber);
    }
    let (name, blank) = match inside.split_once('|') {
        Some((name, width)) => match width.trim().parse::<f64>() {
            Ok(width) if (0.0..=267.0).contains(&width) => (name, Some(width)),
            _ => return Err("里“|”后面要是空白的长度（毫米），如 {field|20}".to_owned()),
        },
        None => (inside, None),
    };
    let (id, only_name) = match name.split_once(':') {
        Some((id, "name")) => (id, true),
        Some(_) => return Err("里“:”后面只能是 name".to_owned()),
        None => (name, false),
    };
    if !is_id(id) {
        return Err("里要写字段的 id：小写字母开头，只含小写字母、数字和下划线".to_owned());
    }
    Ok(Part::Field { id: id.to_owned(), only_name, blank, bold })
}

/// Whether this may be the id of a field: `[a-z][a-z0-9_]*`.
pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(source: &str) -> String {
        match Text::parse(source) {
            Ok(text) => text.parts.iter().map(|part| format!("{part:?}\n")).collect(),
            Err(problems) => problems.join("\n"),
        }
    }

    #[test]
    fn places_keep_their_form_and_their_blank() {
        expect_test::expect![[r#"
            Literal { text: "人力资源", bold: true }
            Literal { text: "：研发部 ", bold: false }
            Field { id: "rd_staff", only_name: false, blank: Some(9.0), bold: false }
            Literal { text: " 人，", bold: false }
            Field { id: "strategy", only_name: true, blank: Some(28.0), bold: false }
            Literal { text: "\n第 ", bold: false }
            RowNumber
            Literal { text: " 行 2*3", bold: false }
        "#]]
        .assert_eq(&dump("**人力资源**：研发部 {rd_staff|9} 人，{strategy:name|28}\n第 {#} 行 2*3"));
    }

    #[test]
    fn every_problem_of_a_text_is_told() {
        expect_test::expect![[r#"
            “{open，”的“{”没有对应的“}”
            “{Bad}”里要写字段的 id：小写字母开头，只含小写字母、数字和下划线
            “{a:label}”里“:”后面只能是 name
            “{a|x}”里“|”后面要是空白的长度（毫米），如 {field|20}
            “}”前面没有对应的“{”
            “**”没有成对，黑体没有结束"#]]
        .assert_eq(&dump("{open，{Bad}{a:label}{a|x}}**x"));
    }
}
