//! `[[layout]]`: what stands on the paper, in its order.

use toml::Spanned;
use toml::de::DeValue;

use super::fields::{Book, Placed};
use super::reader::{At, Keys, Problems, array, number, read_text};
use super::{
    Align, ColumnLayout, Entry, Field, GridCell, GridRow, Kind, OnBlank, Part, TableField, TableLayout, Text, What,
};

/// Reads the layout. `width` is what the widths of every row must sum to, in mm.
pub(super) fn read(keys: &Keys, book: &Book, width: f64, placed: &mut Placed) -> Vec<Entry> {
    if !keys.has("layout") {
        keys.problems.add(0, "missing_key", "模板 缺少 [[layout]]");
    }
    let mut reader = Reader { book, problems: keys.problems, width, placed };
    let nodes = keys.array("layout").unwrap_or_default();
    nodes.iter().filter_map(|node| reader.entry(node)).collect()
}

const WHATS: [&str; 10] =
    ["lines", "bar", "heading", "subheading", "paragraph", "clauses", "grid", "table", "signoff", "page_break"];

const ON_BLANK: &[(&str, OnBlank)] = &[("only", OnBlank::Only), ("omit", OnBlank::Omit)];
const ALIGNS: &[(&str, Align)] = &[("left", Align::Left), ("center", Align::Center), ("right", Align::Right)];

struct Reader<'a, 'p> {
    book: &'a Book<'p>,
    problems: &'a Problems,
    width: f64,
    placed: &'a mut Placed,
}

impl Reader<'_, '_> {
    fn entry(&mut self, node: &Spanned<DeValue>) -> Option<Entry> {
        let keys = Keys::of(node, "[[layout]]", self.problems)?;
        let whats: Vec<&str> = WHATS.into_iter().filter(|what| keys.has(what)).collect();
        let what = match whats[..] {
            [what] => self.what(what, &keys),
            [] => {
                let message = format!("[[layout]] 要写明排什么：{}", WHATS.join("、"));
                self.problems.add(keys.at, "missing_key", message);
                None
            }
            _ => {
                let message = format!("一个 [[layout]] 只排一样东西，这里有 {}", whats.join("、"));
                self.problems.add(keys.at, "misplaced_key", message);
                for what in &whats {
                    self.what(what, &keys);
                }
                None
            }
        };
        let when = keys.condition("when").map(|when| {
            self.book.check_condition(&when.value, None, when.at);
            when.value
        });
        let entry = what.map(|what| Entry {
            what,
            when,
            on_blank: keys.word("blank", ON_BLANK).unwrap_or_default(),
            keep: keys.boolean("keep").unwrap_or(false),
            height: keys.length("height"),
            blank_height: keys.length("blank_height"),
        })?;
        keys.finish();
        Some(entry)
    }

    fn what(&mut self, what: &str, keys: &Keys) -> Option<What> {
        match what {
            "lines" => Some(What::Lines(self.lines(keys))),
            "bar" => keys.text("bar").map(|text| What::Bar(self.checked(text))),
            "heading" => keys.text("heading").map(|text| What::Heading(self.checked(text))),
            "subheading" => keys.text("subheading").map(|text| What::Subheading(self.checked(text))),
            "paragraph" => keys.text("paragraph").map(|text| What::Paragraph(self.checked(text))),
            "clauses" => {
                let clauses = keys.texts("clauses")?;
                Some(What::Clauses(clauses.into_iter().map(|text| self.checked(text)).collect()))
            }
            "grid" => {
                let grid = keys.keys("grid")?;
                let rows = self.grid(&grid);
                grid.finish();
                Some(What::Grid(rows))
            }
            "table" => self.table(keys, "table", false),
            "signoff" => self.table(keys, "signoff", true),
            _ => {
                if keys.boolean("page_break") == Some(false) {
                    self.problems.add(keys.at_key("page_break"), "bad_value", "page_break 只能是 true");
                }
                Some(What::PageBreak)
            }
        }
    }

    fn checked(&mut self, text: At<Text>) -> Text {
        self.book.check_text(&text, None, self.placed);
        text.value
    }

    fn lines(&mut self, keys: &Keys) -> Vec<Vec<Text>> {
        let mut lines = Vec::new();
        for node in keys.array("lines").unwrap_or_default() {
            let Some(parts) = array(node).filter(|parts| (1..=4).contains(&parts.len())) else {
                let message = "lines 的每一行要是一到四段文字的列表，如 [\"报告编号：{doc_number}\"]";
                self.problems.add(node.span().start, "wrong_kind", message);
                continue;
            };
            lines.push(parts.iter().filter_map(|part| self.text_of(part, None)).collect());
        }
        lines
    }

    /// The text of a node that must be a string.
    fn text_of(&mut self, node: &Spanned<DeValue>, scope: Option<&str>) -> Option<Text> {
        let Some(text) = node.get_ref().as_str() else {
            self.problems.add(node.span().start, "wrong_kind", "这里要是带引号的文字");
            return None;
        };
        let text = read_text(&At { value: text.to_owned(), at: node.span().start }, self.problems);
        self.book.check_text(&text, scope, self.placed);
        Some(text.value)
    }

    // ---- grids

    fn grid(&mut self, grid: &Keys) -> Vec<GridRow> {
        let shared = grid.node("widths").map(|node| self.widths(node));
        let mut rows = Vec::new();
        for node in grid.array("rows").unwrap_or_default() {
            // A plain list of cells takes the widths that the grid gives for all rows.
            if let Some(cells) = array(node) {
                let widths = shared.clone().unwrap_or_default();
                rows.push(self.grid_row(widths, cells, node.span().start, None));
                continue;
            }
            let Some(keys) = Keys::of(node, "grid.rows 的一行", self.problems) else { continue };
            let widths = keys.node("widths").map(|node| self.widths(node)).or_else(|| shared.clone());
            let cells = keys.array("cells").unwrap_or_default();
            if !keys.has("cells") {
                self.problems.add(keys.at, "missing_key", "grid.rows 的一行 缺少 cells");
            }
            rows.push(self.grid_row(widths.unwrap_or_default(), cells, keys.at, Some(&keys)));
            keys.finish();
        }
        rows
    }

    fn grid_row(&mut self, widths: Vec<f64>, cells: &[Spanned<DeValue>], at: usize, keys: Option<&Keys>) -> GridRow {
        if widths.len() != cells.len() {
            let message = format!("这一行有 {} 个单元格，却有 {} 个宽度", cells.len(), widths.len());
            self.problems.add(at, "widths", message);
        }
        self.check_sum(&widths, at);
        GridRow {
            widths,
            cells: cells.iter().filter_map(|cell| self.grid_cell(cell)).collect(),
            height: keys.and_then(|keys| keys.length("height")),
            blank_height: keys.and_then(|keys| keys.length("blank_height")),
            when: keys.and_then(|keys| keys.condition("when")).map(|when| {
                self.book.check_condition(&when.value, None, when.at);
                when.value
            }),
            on_blank: keys.and_then(|keys| keys.word("blank", ON_BLANK)).unwrap_or_default(),
            keep: keys.and_then(|keys| keys.boolean("keep")).unwrap_or(false),
        }
    }

    fn grid_cell(&mut self, node: &Spanned<DeValue>) -> Option<GridCell> {
        let cell = |stack: Vec<Text>| {
            let label = stack.iter().all(Text::is_label);
            GridCell { stack, align: None, label, rule: false }
        };
        match node.get_ref() {
            DeValue::Array(texts) => Some(cell(texts.iter().filter_map(|text| self.text_of(text, None)).collect())),
            DeValue::Table(_) => {
                let keys = Keys::of(node, "单元格", self.problems)?;
                let text = keys.node("text");
                if text.is_none() {
                    self.problems.add(keys.at, "missing_key", "单元格 缺少 text");
                }
                let stack = match text {
                    Some(node) => match array(node) {
                        Some(texts) => texts.iter().filter_map(|text| self.text_of(text, None)).collect(),
                        None => self.text_of(node, None).into_iter().collect(),
                    },
                    None => Vec::new(),
                };
                let mut cell = cell(stack);
                cell.align = keys.word("align", ALIGNS);
                cell.label = keys.boolean("label").unwrap_or(cell.label);
                cell.rule = keys.boolean("rule").unwrap_or(false);
                keys.finish();
                Some(cell)
            }
            _ => self.text_of(node, None).map(|text| cell(vec![text])),
        }
    }

    // ---- widths

    fn widths(&self, node: &Spanned<DeValue>) -> Vec<f64> {
        let widths: Option<Vec<f64>> = array(node).and_then(|nodes| nodes.iter().map(number).collect());
        match widths {
            Some(widths) if widths.iter().all(|width| *width > 0.0) => widths,
            _ => {
                self.problems.add(node.span().start, "wrong_kind", "widths 要是毫米数的列表，如 [23, 142]");
                Vec::new()
            }
        }
    }

    fn check_sum(&self, widths: &[f64], at: usize) {
        let sum: f64 = widths.iter().sum();
        if !widths.is_empty() && (sum - self.width).abs() > 0.01 {
            let sum = (sum * 100.0).round() / 100.0;
            let message = format!("宽度之和要是 {} 毫米，现在是 {sum}", self.width);
            self.problems.add(at, "widths", message);
        }
    }

    // ---- tables

    fn table(&mut self, keys: &Keys, key: &'static str, signoff: bool) -> Option<What> {
        let name = keys.string(key)?;
        let field = self.book.known(None, &name.value, name.at);
        let known = field.is_some();
        let table = field.and_then(|(_, field)| field.table());
        if known && table.is_none() {
            self.problems.add(name.at, "not_a_table", format!("{} 不是表格", name.value));
        }
        if table.is_some() && self.placed.has(None, &name.value) {
            self.problems.add(name.at, "placed_twice", format!("表格 {} 已经排过一次", name.value));
        }
        self.book.place_table(&name.value, self.placed);
        let scope = Some(name.value.as_str());
        let lead = keys.node("lead").and_then(|node| self.column(node, scope, table));
        let tiers = self.tiers(keys, scope, table);
        // A table that is not there was reported once; its cells would only repeat that.
        table?;
        self.book.check_fixed_cells(&name.value, self.placed);
        for tier in &tiers {
            let lead = lead.iter().map(|lead| lead.width);
            let widths: Vec<f64> = lead.chain(tier.iter().map(|column| column.width)).collect();
            self.check_sum(&widths, keys.at_key(if tiers.len() > 1 { "tiers" } else { key }));
        }
        let layout = TableLayout {
            field: name.value.clone(),
            signoff,
            caption: keys.text("caption").map(|text| self.checked(text)),
            note: keys.text("note").map(|text| self.checked(text)),
            lead,
            tiers,
            row_height: keys.length("row_height"),
        };
        Some(What::Table(layout))
    }

    fn tiers(&mut self, keys: &Keys, scope: Option<&str>, table: Option<&TableField>) -> Vec<Vec<ColumnLayout>> {
        let given: Vec<&str> = ["widths", "columns", "tiers"].into_iter().filter(|key| keys.has(key)).collect();
        if given.len() != 1 {
            let message = "表格的列用 widths、columns、tiers 三者之一写明";
            self.problems.add(keys.at, "missing_key", message);
        }
        if let Some(node) = keys.node("widths") {
            return vec![self.columns_by_width(node, scope, table)];
        }
        let columns = |reader: &mut Self, nodes: &[Spanned<DeValue>]| -> Vec<ColumnLayout> {
            nodes.iter().filter_map(|node| reader.column(node, scope, table)).collect()
        };
        if let Some(nodes) = keys.array("columns") {
            return vec![columns(self, nodes)];
        }
        let tiers = keys.array("tiers").unwrap_or_default();
        let lists = tiers.iter().filter_map(|node| {
            let list = array(node);
            if list.is_none() {
                self.problems.add(node.span().start, "wrong_kind", "tiers 要是列表的列表：每层一个 […]");
            }
            list
        });
        lists.collect::<Vec<_>>().into_iter().map(|list| columns(self, list)).collect()
    }

    /// Head and cell of each column are the column's own; blanks of options stand within their choice.
    fn columns_by_width(
        &mut self,
        node: &Spanned<DeValue>,
        scope: Option<&str>,
        table: Option<&TableField>,
    ) -> Vec<ColumnLayout> {
        let widths = self.widths(node);
        let Some(table) = table else { return Vec::new() };
        let blanks: Vec<&str> = table.columns.iter().flat_map(blanks_of).collect();
        let columns: Vec<&Field> =
            table.columns.iter().filter(|column| !blanks.contains(&column.id.as_str())).collect();
        if widths.len() != columns.len() {
            let message = format!("这张表有 {} 列，却有 {} 个宽度", columns.len(), widths.len());
            self.problems.add(node.span().start, "widths", message);
        }
        let mut laid_out = Vec::new();
        for (column, width) in columns.into_iter().zip(widths) {
            let cell = Text { parts: vec![place(&column.id)] };
            self.book.check_text(&At { value: cell.clone(), at: node.span().start }, scope, self.placed);
            let head = column.label.clone();
            laid_out.push(ColumnLayout { width, head, cell: cell.into(), align: None, label: false, rule: false });
        }
        laid_out
    }

    fn column(
        &mut self,
        node: &Spanned<DeValue>,
        scope: Option<&str>,
        table: Option<&TableField>,
    ) -> Option<ColumnLayout> {
        let keys = Keys::of(node, "表格的一列", self.problems)?;
        let width = keys.length("width");
        if !keys.has("width") {
            self.problems.add(keys.at, "missing_key", "表格的一列 缺少 width");
        }
        let cell = keys.text("cell");
        if !keys.has("cell") {
            self.problems.add(keys.at, "missing_key", "表格的一列 缺少 cell");
        }
        let cell = cell.unwrap_or(At { value: Text::default(), at: keys.at });
        if table.is_some() {
            self.book.check_text(&cell, scope, self.placed);
        }
        let only = match &cell.value.parts[..] {
            [Part::Field { id, .. }] => table.and_then(|table| table.column(id)),
            _ => None,
        };
        let head = keys.string("head").map(|head| head.value).or_else(|| only.map(|column| column.label.clone()));
        if head.is_none() && !keys.has("head") && table.is_some() {
            self.problems.add(keys.at, "missing_key", "表格的一列 缺少 head");
        }
        let column = ColumnLayout {
            width: width.unwrap_or_default(),
            head: head.unwrap_or_default(),
            align: keys.word("align", ALIGNS),
            label: keys.boolean("label").unwrap_or_else(|| cell.value.is_label()),
            rule: keys.boolean("rule").unwrap_or(false),
            cell: cell.value.into(),
        };
        keys.finish();
        Some(column)
    }
}

fn blanks_of(field: &Field) -> Vec<&str> {
    match &field.kind {
        Kind::Choice { options, .. } => options.iter().flat_map(|option| option.text.fields()).collect(),
        _ => Vec::new(),
    }
}

fn place(id: &str) -> Part {
    Part::Field { id: id.to_owned(), only_name: false, blank: None, bold: false }
}
