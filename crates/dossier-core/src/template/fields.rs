//! `[fields]`: what each field holds, and whether what it refers to is there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use toml::Spanned;
use toml::de::DeValue;

use super::nearest::suggestion;
use super::reader::{At, Keys, Problems, json, read_text};
use super::text::is_id;
use super::{ChoiceOption, Clause, Compute, Condition, Field, FixedRow, Kind, Part, TableField, Text, Totals};
use crate::document;

/// The fields of a template, each with its place in the file.
pub(super) struct Book<'p> {
    pub fields: Vec<Field>,
    places: HashMap<String, Place>,
    pub problems: &'p Problems,
}

/// Where a field and its parts stand.
#[derive(Default)]
struct Place {
    at: usize,
    when: usize,
    compute: usize,
    options: usize,
    totals: usize,
    fixed: Vec<usize>,
    columns: HashMap<String, Place>,
    /// Its type could not be read: what depends on the type is not judged.
    broken: bool,
}

/// Which fields and columns (with their table) the layout shows.
#[derive(Default)]
pub(super) struct Placed(BTreeSet<(Option<String>, String)>);

impl Placed {
    fn add(&mut self, scope: Option<&str>, id: &str) {
        self.0.insert((scope.map(str::to_owned), id.to_owned()));
    }

    pub fn has(&self, scope: Option<&str>, id: &str) -> bool {
        self.0.contains(&(scope.map(str::to_owned), id.to_owned()))
    }
}

pub(super) fn read<'p>(keys: Option<Keys<'_, '_>>, frame: Vec<Field>, problems: &'p Problems) -> Book<'p> {
    let mut book = Book { fields: frame, places: HashMap::new(), problems };
    let Some(keys) = keys else {
        problems.add(0, "missing_key", "模板 缺少 [fields]");
        return book;
    };
    for (key, node) in keys.entries() {
        let id = key.value;
        check_id(id, key.at, problems);
        let own = book.fields.iter().position(|field| field.id == id);
        let base = own.map(|at| book.fields[at].clone());
        // A field without a body is still known: the layout may name it without a second complaint.
        let (field, place) = match Keys::of(node, format!("字段 {id}"), problems) {
            Some(mut keys) => {
                keys.at = key.at;
                read_field(keys, id, base)
            }
            None => (base.unwrap_or_else(|| blank_field(id)), Place { broken: true, ..Place::default() }),
        };
        match own {
            Some(at) => book.fields[at] = field,
            None => book.fields.push(field),
        }
        book.places.insert(id.to_owned(), Place { at: key.at, ..place });
    }
    book.check_references();
    book
}

fn check_id(id: &str, at: usize, problems: &Problems) {
    if !is_id(id) {
        problems.add(at, "bad_id", format!("字段的 id“{id}”要以小写字母开头，只含小写字母、数字和下划线"));
    }
}

/// A field of which nothing but its id is known.
pub(super) fn blank_field(id: &str) -> Field {
    Field {
        id: id.to_owned(),
        label: id.to_owned(),
        kind: Kind::Text,
        required: false,
        hint: None,
        help: None,
        clause: None,
        carries: None,
        default: None,
        when: None,
        compute: None,
        unit: None,
        blank: None,
        frame: false,
        fresh: false,
    }
}

fn read_field(keys: Keys, id: &str, base: Option<Field>) -> (Field, Place) {
    let problems = keys.problems;
    let in_frame = base.is_some();
    let mut field = base.unwrap_or_else(|| blank_field(id));
    let mut place = Place { at: keys.at, ..Place::default() };
    let label = if in_frame { keys.string("label") } else { keys.needed_string("label") };
    if let Some(label) = label {
        field.label = label.value;
    }
    if in_frame {
        if let Some(name) = keys.string("type").filter(|name| name.value != type_name(&field.kind)) {
            let kind = type_name(&field.kind);
            let message = format!("字段 {id} 属于文件信息，类型是 {kind}，不能改成“{}”", name.value);
            problems.add(name.at, "wrong_kind", message);
        }
    } else {
        match read_kind(&keys, &mut place) {
            Some(kind) => field.kind = kind,
            None => place.broken = true,
        }
    }
    let text = |key| keys.string(key).map(|text| text.value).filter(|text| !text.trim().is_empty());
    field.required = keys.boolean("required").unwrap_or(field.required);
    field.hint = text("hint").or(field.hint);
    field.help = text("help").or(field.help);
    field.clause = text("clause").or(field.clause);
    field.carries = text("carries").or(field.carries);
    field.blank = keys.length("blank").or(field.blank);
    field.fresh = keys.boolean("fresh").unwrap_or(field.fresh);
    if let Some(when) = keys.condition("when") {
        place.when = when.at;
        field.when = Some(when.value);
    }
    if let Some(compute) = keys.string("compute") {
        place.compute = compute.at;
        match Compute::parse(&compute.value) {
            Ok(compute) => field.compute = Some(compute),
            Err(problem) => problems.add(compute.at, "bad_compute", problem),
        }
    }
    field.unit = text("unit").or(field.unit);
    let counted = matches!(field.kind, Kind::Integer | Kind::Decimal);
    if field.unit.is_some() && !counted && !place.broken {
        let message = format!("{} 的 unit 只用于 integer 和 decimal", keys.name);
        problems.add(keys.at_key("unit"), "misplaced_key", message);
    }
    if let Some(node) = keys.node("default").filter(|_| !place.broken) {
        match document::read(&field.kind, &json(node.get_ref())) {
            Ok(value) => field.default = value,
            Err(unfit) => {
                problems.add(node.span().start, "bad_value", format!("{} 的 default {}", keys.name, unfit.message))
            }
        }
    }
    if place.broken {
        // Attributes of an unknown type cannot be judged.
        return (field, place);
    }
    keys.finish();
    (field, place)
}

const TYPES: [&str; 16] = [
    "text",
    "long_text",
    "integer",
    "decimal",
    "date",
    "datetime",
    "time",
    "duration",
    "version",
    "choice",
    "person",
    "department",
    "rating",
    "signature",
    "number",
    "table",
];

/// The word for a kind in a template.
pub(super) fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::LongText => "long_text",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::Date | Kind::DateOrWords => "date",
        Kind::DateTime => "datetime",
        Kind::Time => "time",
        Kind::Duration { .. } => "duration",
        Kind::Version => "version",
        Kind::Choice { .. } => "choice",
        Kind::Person { .. } => "person",
        Kind::Department { .. } => "department",
        Kind::Rating => "rating",
        Kind::Signature => "signature",
        Kind::Number { .. } => "number",
        Kind::Table(_) => "table",
    }
}

fn read_kind(keys: &Keys, place: &mut Place) -> Option<Kind> {
    let name = keys.needed_string("type")?;
    let kind = match name.value.as_str() {
        "choice" => {
            let many = keys.boolean("many").unwrap_or(false);
            Kind::Choice { options: read_options(keys, place), many }
        }
        "person" => Kind::Person { many: keys.boolean("many").unwrap_or(false) },
        "department" => Kind::Department { many: keys.boolean("many").unwrap_or(false) },
        "duration" => Kind::Duration { minutes: keys.word("style", &[("minutes", true)]).unwrap_or(false) },
        "date" => {
            let minute = keys.word("precision", &[("day", false), ("minute", true)]).unwrap_or(false);
            match keys.boolean("words") {
                _ if minute => Kind::DateTime,
                Some(true) => Kind::DateOrWords,
                _ => Kind::Date,
            }
        }
        "datetime" => {
            keys.word("precision", &[("minute", ())]);
            Kind::DateTime
        }
        "number" => {
            let pattern = keys.needed_string("pattern");
            if let Some(Err(problem)) = pattern.as_ref().map(|pattern| super::number::check(&pattern.value)) {
                keys.problems.add(keys.at_key("pattern"), "bad_value", problem);
            }
            Kind::Number { pattern: pattern.map(|pattern| pattern.value).unwrap_or_default() }
        }
        "table" => Kind::Table(read_table(keys, place)),
        other => match simple_kind(other) {
            Some(kind) => kind,
            None => {
                let near = suggestion(other, TYPES);
                let message = format!("{} 的类型“{other}”不存在，可用的是 {}{near}", keys.name, TYPES.join("、"));
                keys.problems.add(name.at, "unknown_type", message);
                return None;
            }
        },
    };
    Some(kind)
}

/// Kinds that need nothing but their name: those a fixed row may give to one of its cells.
fn simple_kind(name: &str) -> Option<Kind> {
    Some(match name {
        "text" => Kind::Text,
        "long_text" => Kind::LongText,
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "time" => Kind::Time,
        "duration" => Kind::Duration { minutes: false },
        "version" => Kind::Version,
        "person" => Kind::Person { many: false },
        "department" => Kind::Department { many: false },
        "rating" => Kind::Rating,
        "signature" => Kind::Signature,
        _ => return None,
    })
}

fn read_options(keys: &Keys, place: &mut Place) -> Vec<ChoiceOption> {
    place.options = keys.at_key("options");
    let mut options: Vec<ChoiceOption> = Vec::new();
    if !keys.has("options") {
        keys.problems.add(keys.at, "missing_key", format!("{} 缺少 options", keys.name));
    }
    for text in keys.texts("options").unwrap_or_default() {
        let problem = match ChoiceOption::new(text.value) {
            Some(option) if options.iter().any(|known| known.name == option.name) => {
                format!("{} 有两个选项都叫“{}”：名称是第一个标点或空之前的文字", keys.name, option.name)
            }
            Some(option) => {
                options.push(option);
                continue;
            }
            None => format!("{} 的选项要以名称开头", keys.name),
        };
        keys.problems.add(text.at, "duplicate_option", problem);
    }
    options
}

impl ChoiceOption {
    /// An option by its printed text. Its name is what stands before the first blank or one of `（ ( ： : ， ,`.
    pub fn new(text: Text) -> Option<Self> {
        let Some(Part::Literal { text: first, .. }) = text.parts.first() else { return None };
        let end = first.find(['（', '(', '：', ':', '，', ',']).unwrap_or(first.len());
        let name = first[..end].trim().to_owned();
        (!name.is_empty()).then_some(Self { name, text })
    }
}

fn read_table(keys: &Keys, place: &mut Place) -> TableField {
    let problems = keys.problems;
    let mut columns: Vec<Field> = Vec::new();
    if !keys.has("columns") {
        problems.add(keys.at, "missing_key", format!("{} 缺少 columns", keys.name));
    }
    for node in keys.array("columns").unwrap_or_default() {
        let Some(mut column) = Keys::of(node, format!("{} 的列", keys.name), problems) else { continue };
        let Some(id) = column.needed_string("id") else { continue };
        check_id(&id.value, id.at, problems);
        column.name = format!("{} 的列 {}", keys.name, id.value);
        if columns.iter().any(|known| known.id == id.value) {
            problems.add(id.at, "duplicate", format!("{} 有两列都叫 {}", keys.name, id.value));
        }
        let (field, at) = read_field(column, &id.value, None);
        if field.table().is_some() {
            problems.add(at.at, "wrong_kind", format!("{} 的列 {} 不能又是表格", keys.name, field.id));
        }
        place.columns.insert(id.value, at);
        columns.push(field);
    }
    let mut table = TableField {
        columns,
        fixed: Vec::new(),
        presets: Vec::new(),
        free: true,
        blank_rows: keys.count("blank_rows").unwrap_or(0),
        min_rows: keys.count("min_rows").unwrap_or(0),
        totals: None,
    };
    for node in keys.array("fixed").unwrap_or_default() {
        place.fixed.push(node.span().start);
        table.fixed.push(read_row(node, keys, &table, "fixed", true));
    }
    for node in keys.array("presets").unwrap_or_default() {
        table.presets.push(read_row(node, keys, &table, "presets", false).values);
    }
    if !table.fixed.is_empty() && !table.presets.is_empty() {
        problems.add(keys.at_key("presets"), "misplaced_key", format!("{} 不能既有 fixed 又有 presets", keys.name));
    }
    table.free = keys.boolean("free").unwrap_or(table.fixed.is_empty());
    if let Some(totals) = keys.keys("totals") {
        place.totals = totals.at;
        let strings = |key| totals.strings(key).unwrap_or_default().into_iter().map(|text| text.value).collect();
        table.totals = Some(Totals {
            label: totals.string("label").map_or_else(|| "合计".to_owned(), |label| label.value),
            sum: strings("sum"),
            dash: strings("dash"),
        });
        totals.finish();
    }
    table
}

/// A row by column id; fixed ones may also hold `"column.type"` and `"column.cell"`.
fn read_row(node: &Spanned<DeValue>, keys: &Keys, table: &TableField, list: &str, fixed: bool) -> FixedRow {
    let problems = keys.problems;
    let mut row = FixedRow::default();
    let name = format!("{} 的 {list}", keys.name);
    let Some(cells) = Keys::of(node, name.clone(), problems) else { return row };
    let unknown = |at: usize, id: &str| {
        let near = suggestion(id, table.columns.iter().map(|column| column.id.as_str()));
        problems.add(at, "unknown_field", format!("{name} 里的 {id} 不是这张表的列{near}"));
    };
    let mut values = Vec::new();
    for (key, node) in cells.entries() {
        let (id, attribute) = match key.value.split_once('.') {
            Some((id, attribute)) if fixed => (id, Some(attribute)),
            _ => (key.value, None),
        };
        if table.column(id).is_none() {
            unknown(key.at, id);
            continue;
        }
        let text = node.get_ref().as_str().map(|text| At { value: text.to_owned(), at: node.span().start });
        match (attribute, text) {
            (None, _) if node.get_ref().is_table() => {
                let message = format!("{name} 里“{id}.type”这样的键要放在引号里");
                problems.add(key.at, "wrong_kind", message);
            }
            (None, _) => values.push((id.to_owned(), json(node.get_ref()), node.span().start)),
            (Some("type"), Some(text)) => match simple_kind(&text.value) {
                Some(kind) => drop(row.kinds.insert(id.to_owned(), kind)),
                None => problems.add(text.at, "unknown_type", format!("{name} 里 {id}.type 不能是“{}”", text.value)),
            },
            (Some("cell"), Some(text)) => drop(row.cells.insert(id.to_owned(), read_text(&text, problems).value)),
            (Some(attribute), _) => {
                let message = format!("{name} 里 {id}.{attribute} 不认识，只能是带文字的 {id}.type 或 {id}.cell");
                problems.add(key.at, "unknown_key", message);
            }
        }
    }
    for (id, value, at) in values {
        let kind = row.kinds.get(&id).or_else(|| table.column(&id).map(|column| &column.kind));
        match kind.map(|kind| document::read(kind, &value)) {
            Some(Ok(Some(value))) => drop(row.values.insert(id, value)),
            Some(Err(unfit)) => problems.add(at, "bad_value", format!("{name} 里 {id} {}", unfit.message)),
            Some(Ok(None)) | None => {}
        }
    }
    row
}

// ---- what refers to what

impl Book<'_> {
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// A column of the table, else a field of the document.
    pub fn find(&self, scope: Option<&str>, id: &str) -> Option<(Option<String>, &Field)> {
        let table = scope.and_then(|table| self.field(table)).and_then(Field::table);
        match table.and_then(|table| table.column(id)) {
            Some(column) => Some((scope.map(str::to_owned), column)),
            None => self.field(id).map(|field| (None, field)),
        }
    }

    fn place(&self, scope: Option<&str>, id: &str) -> Option<&Place> {
        match scope {
            Some(table) => self.places.get(table)?.columns.get(id),
            None => self.places.get(id),
        }
    }

    fn is_broken(&self, scope: Option<&str>, id: &str) -> bool {
        self.place(scope, id).is_some_and(|place| place.broken)
    }

    /// Reports an id that is neither a column of the scope nor a field.
    pub fn unknown(&self, scope: Option<&str>, id: &str, at: usize) {
        let table = scope.and_then(|table| self.field(table)).and_then(Field::table);
        let columns = table.into_iter().flat_map(|table| &table.columns);
        let near = suggestion(id, columns.chain(&self.fields).map(|field| field.id.as_str()));
        let place = if scope.is_some() { "这张表没有列" } else { "没有字段" };
        self.problems.add(at, "unknown_field", format!("{place} {id}{near}"));
    }

    pub fn known(&self, scope: Option<&str>, id: &str, at: usize) -> Option<(Option<String>, &Field)> {
        let found = self.find(scope, id);
        if found.is_none() {
            self.unknown(scope, id, at);
        }
        found
    }

    /// Fields named in a text exist, and are shown by it.
    pub fn check_text(&self, text: &At<Text>, scope: Option<&str>, placed: &mut Placed) {
        for part in &text.value.parts {
            match part {
                Part::Literal { .. } => {}
                Part::RowNumber if scope.is_none() => {
                    self.problems.add(text.at, "bad_text", "{#} 是表格的行号，只能写在表格的单元格里");
                }
                Part::RowNumber => {}
                Part::Field { id, only_name, .. } => {
                    let Some((scope, field)) = self.known(scope, id, text.at) else { continue };
                    self.place_field(scope.as_deref(), field, placed);
                    if self.is_broken(scope.as_deref(), id) {
                        continue;
                    }
                    match &field.kind {
                        Kind::Table(_) => {
                            let message = format!("{id} 是表格，要用 table = \"{id}\" 排在版面里");
                            self.problems.add(text.at, "bad_text", message);
                        }
                        Kind::Choice { .. } => {}
                        _ if *only_name => {
                            let message = format!("{{{id}:name}} 只用于 choice，{id} 不是");
                            self.problems.add(text.at, "bad_text", message);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// A field is shown, and with a choice the blanks of its options.
    fn place_field(&self, scope: Option<&str>, field: &Field, placed: &mut Placed) {
        if field.table().is_none() {
            placed.add(scope, &field.id);
        }
        if let Kind::Choice { options, .. } = &field.kind {
            for id in options.iter().flat_map(|option| option.text.fields()) {
                if let Some((scope, blank)) = self.find(scope, id).filter(|(_, blank)| blank.id != field.id) {
                    placed.add(scope.as_deref(), &blank.id);
                }
            }
        }
    }

    /// The texts that fixed rows put in place of a column's are shown where the table is.
    pub fn check_fixed_cells(&self, table: &str, placed: &mut Placed) {
        let (Some(field), Some(place)) = (self.field(table).and_then(Field::table), self.places.get(table)) else {
            return;
        };
        for (row, at) in field.fixed.iter().zip(&place.fixed) {
            for text in row.cells.values() {
                self.check_text(&At { value: text.clone(), at: *at }, Some(table), placed);
            }
        }
    }

    pub fn place_table(&self, table: &str, placed: &mut Placed) {
        placed.add(None, table);
    }

    /// Every field and every column is shown somewhere.
    pub fn check_placed(&self, placed: &Placed) {
        for field in &self.fields {
            let Some(place) = self.places.get(&field.id) else { continue };
            let shown = field.frame || placed.has(None, &field.id);
            if !shown {
                let message = format!("字段 {} “{}”没有排在版面里", field.id, field.label);
                self.problems.add(place.at, "never_placed", message);
                continue;
            }
            for column in field.table().filter(|_| !field.frame).into_iter().flat_map(|table| &table.columns) {
                let (false, Some(at)) = (placed.has(Some(&field.id), &column.id), place.columns.get(&column.id)) else {
                    continue;
                };
                let message = format!("表格 {} 的列 {} “{}”没有排在版面里", field.id, column.id, column.label);
                self.problems.add(at.at, "never_placed", message);
            }
        }
    }

    pub fn check_condition(&self, condition: &Condition, scope: Option<&str>, at: usize) {
        for (clause, id) in condition.any.iter().zip(condition.fields()) {
            let Some((scope, field)) = self.known(scope, id, at) else { continue };
            match clause {
                Clause::OneOf { values, .. } => self.check_values(field, scope.as_deref(), values, at),
                Clause::MoreThan { .. } if !is_counted(&field.kind) && !self.is_broken(scope.as_deref(), id) => {
                    self.problems.add(at, "bad_condition", format!("{id} 不是数字，不能用大于号比较"));
                }
                Clause::MoreThan { .. } | Clause::Filled { .. } => {}
            }
        }
    }

    /// Values that something is compared with can occur there.
    fn check_values(&self, field: &Field, scope: Option<&str>, values: &[String], at: usize) {
        if self.is_broken(scope, &field.id) {
            return;
        }
        match &field.kind {
            Kind::Choice { options, .. } => {
                for value in values {
                    if !options.iter().any(|option| option.name == *value) {
                        let near = suggestion(value, options.iter().map(|option| option.name.as_str()));
                        let message = format!("{} 没有选项“{value}”{near}", field.id);
                        self.problems.add(at, "bad_condition", message);
                    }
                }
            }
            Kind::Table(_) => {
                let message = format!("{0} 是表格，只能写 {0} filled", field.id);
                self.problems.add(at, "bad_condition", message);
            }
            _ => {}
        }
    }

    fn check_references(&mut self) {
        self.give_blanks_their_condition();
        let ids: Vec<(Option<String>, String)> = self.all_ids();
        for (scope, id) in &ids {
            let Some((_, field)) = self.find(scope.as_deref(), id) else { continue };
            let Some(place) = self.place(scope.as_deref(), id) else { continue };
            if let Some(condition) = &field.when {
                let at = if place.when == 0 { place.at } else { place.when };
                self.check_condition(condition, scope.as_deref(), at);
            }
            if let Some(compute) = &field.compute {
                self.check_compute(field, compute, scope.as_deref(), place.compute);
            }
            if let (Kind::Choice { options, .. }, false) = (&field.kind, place.broken) {
                for blank in options.iter().flat_map(|option| option.text.fields()) {
                    self.known(scope.as_deref(), blank, place.options);
                }
            }
            if let Some(totals) = field.table().and_then(|table| table.totals.as_ref()) {
                self.check_totals(field, totals, place.totals);
            }
        }
        self.check_circles(&ids);
    }

    fn all_ids(&self) -> Vec<(Option<String>, String)> {
        let columns = |field: &Field| {
            let table = field.table().into_iter().flat_map(|table| &table.columns);
            table.map(|column| (Some(field.id.clone()), column.id.clone())).collect::<Vec<_>>()
        };
        let of = |field| std::iter::once((None, field_id(field))).chain(columns(field));
        self.fields.iter().flat_map(of).collect()
    }

    /// The blank of an option concerns the document only while its option is ticked.
    fn give_blanks_their_condition(&mut self) {
        for field in &mut self.fields {
            if let Kind::Table(table) = &mut field.kind {
                give_conditions(&mut table.columns);
            }
        }
        give_conditions(&mut self.fields);
    }

    fn check_totals(&self, field: &Field, totals: &Totals, at: usize) {
        for id in totals.sum.iter().chain(&totals.dash) {
            let Some(column) = field.table().and_then(|table| table.column(id)) else {
                self.unknown(Some(&field.id), id, at);
                continue;
            };
            let numeric = is_counted(&column.kind);
            if totals.sum.contains(id) && !numeric && !self.is_broken(Some(&field.id), id) {
                let message = format!("合计只能加 integer、decimal 和 duration 的列，{id} 不是");
                self.problems.add(at, "wrong_kind", message);
            }
        }
    }

    fn check_compute(&self, field: &Field, compute: &Compute, scope: Option<&str>, at: usize) {
        let wrong = |message: String| self.problems.add(at, "bad_compute", message);
        let (table, ids) = compute.reads();
        let mut scope = scope;
        if let Some(table) = table {
            let Some((_, found)) = self.known(None, table, at) else { return };
            if self.is_broken(None, table) {
                return;
            }
            if found.table().is_none() {
                return wrong(format!("{table} 不是表格"));
            }
            scope = Some(table);
        }
        let mut kinds = Vec::new();
        for id in ids {
            let column = table.map(|table| self.field(table).and_then(Field::table).and_then(|table| table.column(id)));
            let found = match column {
                Some(None) => {
                    self.unknown(scope, id, at);
                    return;
                }
                _ => self.known(scope, id, at),
            };
            let Some((found_in, found)) = found else { return };
            if self.is_broken(found_in.as_deref(), id) {
                return;
            }
            if let Compute::Count { values, .. } = compute {
                self.check_values(found, found_in.as_deref(), values, at);
            }
            kinds.push(&found.kind);
        }
        let countable = |kind: &&Kind| is_counted(kind);
        let timed = |kind: &&Kind| matches!(kind, Kind::Date | Kind::DateOrWords | Kind::DateTime);
        let inputs_fit = match compute {
            Compute::Rows { .. } | Compute::Count { .. } => true,
            Compute::SumColumn { .. } | Compute::Sum { .. } | Compute::Difference { .. } | Compute::Balance { .. } => {
                kinds.iter().all(countable)
            }
            Compute::Minutes { .. } => {
                kinds.iter().all(|kind| matches!(kind, Kind::DateTime))
                    || kinds.iter().all(|kind| matches!(kind, Kind::Time))
            }
            Compute::Late { .. } | Compute::Earlier { .. } => kinds.iter().all(timed),
        };
        if !inputs_fit {
            return wrong(format!("{compute} 用到的字段类型不对：求和与求差要数字，比较先后要日期或时刻"));
        }
        if self.is_broken(scope.filter(|_| table.is_none()), &field.id) {
            return;
        }
        let result_fits = match compute {
            Compute::Rows { .. } | Compute::Count { .. } => matches!(field.kind, Kind::Integer | Kind::Decimal),
            Compute::Late { .. } => offers(&field.kind, ["按时", "延迟"]),
            Compute::Balance { .. } => offers(&field.kind, ["节余", "超支"]),
            Compute::Earlier { .. } => matches!(field.kind, Kind::Date | Kind::DateOrWords),
            _ => countable(&&field.kind),
        };
        if !result_fits {
            let needed = match compute {
                Compute::Late { .. } => "text，或有 按时、延迟 两个选项的 choice",
                Compute::Balance { .. } => "text，或有 节余、超支 两个选项的 choice",
                Compute::Earlier { .. } => "date",
                Compute::Rows { .. } | Compute::Count { .. } => "integer 或 decimal",
                _ => "integer、decimal 或 duration",
            };
            wrong(format!("{} 由 {compute} 得出，类型要是 {needed}", field.id));
        }
    }

    /// No value and no condition waits for itself.
    fn check_circles(&self, ids: &[(Option<String>, String)]) {
        let mut done = BTreeMap::new();
        for node in ids {
            self.visit(node, &mut done);
        }
    }

    fn visit(&self, node: &(Option<String>, String), done: &mut BTreeMap<(Option<String>, String), bool>) {
        match done.get(node) {
            Some(true) => return,
            Some(false) => {
                let at = self.place(node.0.as_deref(), &node.1).map_or(0, |place| place.at);
                let message = format!("{} 的 when 或 compute 绕了一圈又用到它自己", node.1);
                self.problems.add(at, "circle", message);
                return;
            }
            None => {}
        }
        done.insert(node.clone(), false);
        if let Some((scope, field)) = self.find(node.0.as_deref(), &node.1) {
            let mut next: Vec<(Option<String>, String)> = Vec::new();
            let mut add = |scope: Option<&str>, id: &str| {
                next.extend(self.find(scope, id).map(|(scope, field)| (scope, field.id.clone())));
            };
            if let Some(condition) = &field.when {
                condition.fields().for_each(|id| add(scope.as_deref(), id));
            }
            if let Some(compute) = &field.compute {
                let (table, ids) = compute.reads();
                ids.into_iter().for_each(|id| add(table.or(scope.as_deref()), id));
            }
            for node in &next {
                self.visit(node, done);
            }
        }
        done.insert(node.clone(), true);
    }
}

fn field_id(field: &Field) -> String {
    field.id.clone()
}

/// Whether values of a kind can be summed and compared.
fn is_counted(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Decimal | Kind::Duration { .. })
}

/// Whether a kind can hold these two words.
fn offers(kind: &Kind, words: [&str; 2]) -> bool {
    match kind {
        Kind::Text => true,
        Kind::Choice { options, many: false } => {
            words.iter().all(|word| options.iter().any(|option| option.name == *word))
        }
        _ => false,
    }
}

fn give_conditions(fields: &mut [Field]) {
    let mut clauses: Vec<(String, Clause)> = Vec::new();
    for field in &*fields {
        let Kind::Choice { options, .. } = &field.kind else { continue };
        for option in options {
            for blank in option.text.fields().filter(|blank| *blank != field.id) {
                let clause = Clause::OneOf { field: field.id.clone(), values: vec![option.name.clone()] };
                clauses.push((blank.to_owned(), clause));
            }
        }
    }
    for field in fields.iter_mut().filter(|field| field.when.is_none()) {
        let any: Vec<Clause> =
            clauses.iter().filter(|(id, _)| *id == field.id).map(|(_, clause)| clause.clone()).collect();
        if !any.is_empty() {
            field.when = Some(Condition { any });
        }
    }
}
