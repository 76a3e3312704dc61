// Made from the Rust types by a test of dossier-core (UPDATE_EXPECT=1 writes it anew); do not edit.

/** `planned_at`, `plan[3].version`: a field, or a cell of a table. */
export type Path = string;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One row of a table field, by column id. */
export type Row = { [key: string]: Json };

/**
 * How a document looks, from its template alone. Lengths are millimetres.
 */
export type Form = { template: string, 
/**
 * 产品发布申请表
 */
title: string, 
/**
 * 申请表
 */
short: string, style: FormStyle, 
/**
 * Width of the text area: 165, in landscape 267.
 */
width: number, sections: Array<Section>, blocks: Array<Block>, 
/**
 * Every field of the document, by id.
 */
fields: { [key in string]: Field }, };

export type FormStyle = "form" | "report" | "plan" | "table";

/**
 * A line of the outline: a section bar, a chapter, or a column of a plan table.
 */
export type Section = { id: string, 
/**
 * 一; empty where it has none.
 */
numeral: string, name: string, 
/**
 * When it will be filled if not now: 打印后签.
 */
due: string | null, };

export type Block = { 
/**
 * Stable within the template: b0, b1 …
 */
id: string, 
/**
 * Index into `sections`.
 */
section: number | null, what: What, };

export type What = { "kind": "title", text: Array<Part>, } | { "kind": "lines", rows: Array<Array<Array<Part>>>, } | { "kind": "bar", text: Array<Part>, } | { "kind": "heading", level: number, text: Array<Part>, } | { "kind": "paragraph", text: Array<Part>, } | { "kind": "clauses", items: Array<Array<Part>>, } | { "kind": "grid", rows: Array<GridRow>, } | { "kind": "table", table: TableLayout, };

export type GridRow = { 
/**
 * b3.0
 */
id: string, cells: Array<GridCell>, 
/**
 * Least height.
 */
height: number | null, };

export type GridCell = { width: number, 
/**
 * More than one: rows stacked within the cell.
 */
stack: Array<Array<Part>>, align: Align, label: boolean, };

export type Align = "left" | "center" | "right";

export type TableLayout = { 
/**
 * Id of the table field.
 */
field: string, signoff: boolean, caption: Array<Part> | null, note: Array<Part> | null, 
/**
 * Spans all tiers.
 */
lead: TableColumn | null, tiers: Array<Array<TableColumn>>, 
/**
 * Least height of a body row.
 */
row_height: number | null, };

export type TableColumn = { width: number, head: string, cell: Array<Part>, align: Align, label: boolean, };

/**
 * A piece of a text of the layout.
 */
export type Part = { "kind": "literal", text: string, bold: boolean, } | { "kind": "field", id: string, only_name: boolean, blank: number | null, bold: boolean, } | { "kind": "row_number" };

/**
 * One field of the document, or one column of a table.
 */
export type Field = { id: string, label: string, kind: FieldKind, required: boolean, 
/**
 * The source document's own [如：…].
 */
hint: string | null, help: string | null, clause: string | null, unit: string | null, 
/**
 * Width of the rule of an empty field in running text.
 */
blank: number | null, 
/**
 * How it fills itself, for people: 实际完成时间减计划完成时间.
 */
computed: string | null, 
/**
 * Whether it is shared by all documents of the release.
 */
carried: boolean, 
/**
 * Part of the document frame: number, revision …
 */
frame: boolean, default: Json, };

export type FieldKind = { "type": "text" } | { "type": "long_text" } | { "type": "integer" } | { "type": "decimal" } | { "type": "date", words: boolean, } | { "type": "datetime" } | { "type": "time" } | { "type": "duration", minutes: boolean, } | { "type": "version" } | { "type": "choice", many: boolean, options: Array<ChoiceOption>, } | { "type": "person", many: boolean, } | { "type": "department", many: boolean, } | { "type": "rating" } | { "type": "signature" } | { "type": "number", pattern: string, } | { "type": "table", table: Table, };

/**
 * What is stored is the name; the text is printed and may hold blanks.
 */
export type ChoiceOption = { name: string, text: Array<Part>, };

export type Table = { columns: Array<Field>, 
/**
 * Rows that are always there.
 */
fixed: Array<FixedRow>, 
/**
 * Whether people may add rows.
 */
free: boolean, blank_rows: number, min_rows: number, totals: Totals | null, };

export type FixedRow = { 
/**
 * Printed, cannot be typed over.
 */
values: Row, 
/**
 * Cells of another kind than their column.
 */
kinds: { [key in string]: FieldKind }, 
/**
 * Cells with another text than the layout's.
 */
cells: { [key in string]: Array<Part> }, };

export type Totals = { label: string, sum: Array<string>, dash: Array<string>, };

/**
 * What the window shows around and within the fields; sent after every change.
 */
export type State = { 
/**
 * Grows with every stored change; the preview shows which one it was made of.
 */
sequence: number, 
/**
 * Local time of the last change: 2026-03-11 12:31:07
 */
saved_at: string, status: Status, 
/**
 * Official, else the provisional one of a draft.
 */
number: string, 
/**
 * Values that nobody typed here, by path (`late`, `milestones[2].status`).
 */
derived: { [key in string]: Derived }, 
/**
 * Typed values whose printed form is another than the stored one (86,400; 1 小时 40 分钟), by path.
 */
texts: { [key in string]: string }, 
/**
 * Rows of tables that nobody typed here yet: presets, or those of the release.
 */
rows: { [table: string]: Row[] }, 
/**
 * Sums as printed, by `table.column`.
 */
totals: { [key in string]: string }, 
/**
 * Blocks and grid rows that do not stand on this paper, by id.
 */
hidden: Array<string>, 
/**
 * Fields and cells that do not concern the document, by path.
 */
idle: Array<string>, 
/**
 * As many as `Form.sections`.
 */
sections: Array<SectionState>, required: Required, problems: Array<Problem>, 
/**
 * What would be undone and redone, for people: 计划发布时间; null where there is nothing.
 */
undo: string | null, redo: string | null, };

/**
 * Where a document stands in its life.
 */
export type Status = "draft" | "in_review" | "approved" | "controlled" | "obsolete";

export type Derived = { 
/**
 * As printed.
 */
text: string, value: Json, origin: DerivedFrom, };

export type DerivedFrom = "carried" | "computed" | "default";

export type SectionState = { 
/**
 * Compulsory fields that are still empty.
 */
missing: number, 
/**
 * Values that contradict a rule or cannot be read.
 */
wrong: number, };

/**
 * How many compulsory fields there are, and how many of them are filled.
 */
export type Required = { filled: number, all: number, };

export type Problem = { 
/**
 * Where: `planned_at`, `plan[3].version`; empty for the document as a whole.
 */
path: string, kind: ProblemKind, code: string, 
/**
 * 一 基本信息 › 当前线上版本
 */
place: string, 
/**
 * Label alone: 当前线上版本
 */
label: string, message: string, section: number | null, };

export type ProblemKind = "missing" | "wrong" | "warning";

export type DocumentHead = { 
/**
 * D0001
 */
id: string, release: number | null, template: string, status: Status, 
/**
 * Why it cannot be changed; null for a draft.
 */
read_only: string | null, };

/**
 * What the page header takes from the settings.
 */
export type Letterhead = { organisation: string, 
/**
 * A `data:` URL.
 */
logo: string | null, form_number: string, form_version: string, classification: string, };

/**
 * A document as a window opens it.
 */
export type Opened = { head: DocumentHead, form: Form, letterhead: Letterhead, 
/**
 * What was typed into this document, by field id; a table field holds a list of rows.
 */
content: { [field: string]: Json }, 
/**
 * What was typed and cannot be read as its field's kind, by path: kept as typed.
 */
unfit: { [key in string]: string }, state: State, };

/**
 * One change. Several go in one call and are one step of undo.
 */
export type Edit = { "kind": "set", path: string, value: Json, } | { "kind": "rows", table: string, at: number, remove: number, insert: Row[], } | { "kind": "move_row", table: string, from: number, to: number, };

/**
 * What a change led to.
 */
export type Edited = { 
/**
 * Values as they are stored now, by path; whole tables by field id where many rows changed. Null: empty.
 */
values: { [path: string]: Json }, unfit: { [key in string]: string }, state: State, };

/**
 * What going one step back or forth led to.
 */
export type Undone = { edited: Edited, 
/**
 * Where the change was: to be shown and focused. Null: there was nothing to undo.
 */
focus: string | null, };

/**
 * One line of the history of a document.
 */
export type HistoryEntry = { 
/**
 * Local: 2026-03-11 12:31
 */
at: string, 
/**
 * 今天, 昨天, else 2026-03-09
 */
day: string, actor: string, 
/**
 * 计划发布时间; 变更列表 第 4 行 名称; 新建草稿
 */
what: string, path: string | null, 
/**
 * As printed; null: 空.
 */
before: string | null, after: string | null, };

// ---- import

/** What fields are completed with. Initials are those of the pinyin: 周敏 → zm. */
export type Completions = { people: PersonName[]; departments: Name[] };
export type PersonName = { name: string; department: string; initials: string };
export type Name = { name: string; initials: string };


export type ImportRequest = {
  /** Token of a picked file. */
  file: string;
  table: string | null;
  sheet: string | null;
  /** Row of the heads, from 1. */
  head_row: number | null;
  /** Column id → letters of the file's column (null: leave empty), where the person says otherwise. */
  mapping: { [column: string]: string | null };
  mode: ImportMode;
};

export type ImportMode = "append" | "update" | "replace";

export type ImportPreview = {
  file: string;
  sheets: string[];
  sheet: string;
  head_row: number;
  table: string;
  columns: ImportColumn[];
  /** Columns of the file that go nowhere. */
  unused: { letters: string; head: string }[];
  rows: ImportedRow[];
  warnings: ImportWarning[];
  /** The whole content, where the workbook is one of our own; then it replaces the document's. */
  own: boolean;
};

export type ImportColumn = {
  /** Column id of the table field. */
  id: string;
  label: string;
  /** Null: the file has none. */
  letters: string | null;
  head: string | null;
  /** 同名, 近义, 相近 … */
  how: string;
};

export type ImportedRow = {
  /** Row in the sheet, from 1. */
  row: number;
  values: Row;
};

export type ImportWarning = {
  code: string;
  /** C5, B6:B7, or empty. */
  cell: string;
  message: string;
  /** Index into `rows` and column id, where it is about one cell. */
  row: number | null;
  column: string | null;
};

// ---- dossiers

export type DossierQuery = {
  text: string;
  scope: "all" | Status;
  product: string | null;
  year: number | null;
  release_type: string | null;
  state: Status | null;
  group: "stage" | "none";
  offset: number;
  limit: number;
};

export type DossierPage = {
  rows: DossierRow[];
  /** How many fit. */
  total: number;
  /** How many fit in each stage, in the order of the list; empty unless grouped. */
  groups: { stage: Stage; count: number }[];
  /** How many there are, whatever is asked. */
  counts: { all: number; draft: number; in_review: number; approved: number; controlled: number; obsolete: number };
  products: string[];
  years: number[];
  release_types: string[];
  documents: number;
};

/** 待发布; 已发布，待总结; 已归档与作废 */
export type Stage = "upcoming" | "released" | "closed";

export type DossierRow = {
  release: number;
  product: string;
  version: string;
  release_type: string;
  owner: string;
  /** 2026-03-20 15:00, or null */
  planned_at: string | null;
  stage: Stage;
  documents: DossierDocument[];
  /** Local: 2026-03-11 12:31 */
  updated_at: string;
  updated_by: string;
};

export type DossierDocument = {
  template: string;
  /** 申请表 */
  short: string;
  title: string;
  /** Null: 未建. */
  id: string | null;
  status: Status | null;
  /** 缺 n */
  missing: number;
  /** Rows of a plan table; null for other forms. */
  rows: number | null;
};

export type Dossier = DossierRow;

export type NewRelease = {
  product: string;
  version: string;
  release_type: string;
  /** Template ids. */
  documents: string[];
  /** An earlier release whose texts are taken over. */
  from: number | null;
};

export type TemplateInfo = { id: string; short: string; title: string };

// ---- program

export type Start = {
  version: string;
  data_folder: string;
  /** Nothing has been set and nothing written yet. */
  first_start: boolean;
  settings: Settings;
  /** What the window remembers; free form. */
  preferences: { [key: string]: Json };
  templates: TemplateInfo[];
  release_types: string[];
  /** Today, local: 2026-03-11 */
  today: string;
};

export type Settings = {
  organisation: { name: string; logo: string | null; copyright_year: Json };
  /** Who works at this machine; names the author of changes. */
  user: { name: string; department: string };
  departments: string[];
  people: { name: string; department: string; phone: string }[];
  documents: {
    classification: string;
    control_state: string;
    form_numbers: { [template: string]: string };
    front_matter: { [template: string]: boolean };
  };
  print: { duplex: boolean; binding_line: boolean };
  /** Empty: the system's folder of documents. */
  export_folder: string;
};

export type ExportRequest = {
  documents: string[];
  formats: ("pdf" | "xlsx" | "json")[];
  blank: boolean;
  for_signing: boolean;
};

export type ExportResult = {
  folder: string;
  files: { name: string; path: string }[];
  warnings: Issue[];
  cancelled: boolean;
};

export type Progress = { done: number; total: number; what: string };

export type PickedFile = { token: string; name: string };

export type About = {
  version: string;
  data_folder: string;
  data_bytes: number;
  releases: number;
  documents: number;
  licences: { name: string; version: string; licence: string; text: string }[];
};

export type Issue = { path: string; code: string; message: string };

export type BackendError = { code: string; message: string; hint: string | null; issues: Issue[] };
