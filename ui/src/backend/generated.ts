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
read_only: string | null, 
/**
 * Who writes on the draft elsewhere.
 */
handed_over: string | null, 
/**
 * Whose version stands beside it until somebody chooses.
 */
second_from: string | null, };

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

/**
 * What is to be imported, and what the person says about it.
 */
export type ImportRequest = { 
/**
 * Token of a picked file.
 */
file: string, table: string | null, sheet: string | null, 
/**
 * Row of the heads, from 1.
 */
head_row: number | null, 
/**
 * Column id → letters of the file's column (null: leave empty), where the person says otherwise.
 */
mapping: { [column: string]: string | null }, mode: ImportMode, };

/**
 * What becomes of the rows that are there.
 */
export type ImportMode = "append" | "update" | "replace";

/**
 * What would be imported.
 */
export type ImportPreview = { file: string, sheets: Array<string>, sheet: string, head_row: number, table: string, columns: Array<ImportColumn>, 
/**
 * Columns of the file that go nowhere.
 */
unused: { letters: string; head: string }[], rows: Array<ImportedRow>, warnings: Array<ImportWarning>, 
/**
 * The whole content, where the workbook is one of our own; then it replaces the document's.
 */
own: boolean, };

export type ImportColumn = { 
/**
 * Column id of the table field.
 */
id: string, label: string, 
/**
 * Null: the file has none.
 */
letters: string | null, head: string | null, 
/**
 * 同名, 近义, 相近 …
 */
how: string, };

export type ImportedRow = { 
/**
 * Row in the sheet, from 1.
 */
row: number, 
/**
 * By column id; what cannot be read as its column's kind is the text as it stands in the file.
 */
values: Row, };

export type ImportWarning = { code: string, 
/**
 * C5, B6:B7, or empty.
 */
cell: string, message: string, 
/**
 * Index into `rows` and column id, where it is about one cell.
 */
row: number | null, column: string | null, };

/**
 * What the home asks for.
 */
export type DossierQuery = { text: string, scope: "all" | Status, product: string | null, year: number | null, release_type: string | null, state: Status | null, group: "stage" | "none", offset: number, limit: number, };

/**
 * A page of the list.
 */
export type DossierPage = { rows: Array<DossierRow>, 
/**
 * How many fit.
 */
total: number, 
/**
 * How many fit in each stage, in the order of the list; empty unless grouped.
 */
groups: { stage: Stage; count: number }[], 
/**
 * How many there are, whatever is asked.
 */
counts: { all: number, draft: number, in_review: number, approved: number, controlled: number, obsolete: number, }, products: Array<string>, years: Array<number>, release_types: Array<string>, documents: number, };

/**
 * 待发布; 已发布，待总结; 已归档与作废
 */
export type Stage = "upcoming" | "released" | "closed";

/**
 * A dossier as a row of the list.
 */
export type DossierRow = { release: number, product: string, version: string, release_type: string, owner: string, 
/**
 * 2026-03-20 15:00, or null
 */
planned_at: string | null, stage: Stage, documents: Array<DossierDocument>, 
/**
 * Local: 2026-03-11 12:31
 */
updated_at: string, updated_by: string, };

/**
 * What a row says of one document.
 */
export type DossierDocument = { template: string, 
/**
 * 申请表
 */
short: string, title: string, 
/**
 * Null: 未建.
 */
id: string | null, status: Status | null, 
/**
 * 缺 n
 */
missing: number, 
/**
 * Rows of a plan table; null for other forms.
 */
rows: number | null, 
/**
 * Of a document in review: 审批中 3/5.
 */
steps_signed: number | null, steps_all: number | null, 
/**
 * The revision that is 受控: `V1.1`.
 */
in_force: string | null, 
/**
 * The revision that it stands for; of a draft the one that it is to become, once there was one before.
 */
revision: string | null, };

/**
 * A release to be begun.
 */
export type NewRelease = { product: string, version: string, release_type: string, 
/**
 * Template ids.
 */
documents: Array<string>, 
/**
 * An earlier release whose texts are taken over.
 */
from: number | null, };

/**
 * A form that documents can be begun from.
 */
export type TemplateInfo = { id: string, short: string, title: string, };

/**
 * What the window needs before it shows anything.
 */
export type Start = { version: string, data_folder: string, 
/**
 * Nothing has been set and nothing written yet.
 */
first_start: boolean, settings: Settings, 
/**
 * What the window remembers; free form.
 */
preferences: { [key: string]: Json }, templates: Array<TemplateInfo>, release_types: Array<string>, 
/**
 * Today, local: 2026-03-11
 */
today: string, };

/**
 * What fields are completed with. Initials are those of the pinyin: 周敏 → zm.
 */
export type Completions = { people: Array<PersonName>, departments: Array<Name>, };

export type PersonName = { name: string, department: string, initials: string, };

export type Name = { name: string, initials: string, };

/**
 * Documents to be exported into a folder.
 */
export type ExportRequest = { documents: string[], formats: ("pdf" | "xlsx" | "json")[], blank: boolean, for_signing: boolean, };

/**
 * What was exported.
 */
export type ExportResult = { folder: string, files: { name: string; path: string }[], warnings: Issue[], cancelled: boolean, };

/**
 * How far long work has come.
 */
export type Progress = { done: number, total: number, what: string, };

/**
 * A file that a person picked; the window knows it by its token alone.
 */
export type PickedFile = { token: string, name: string, };

/**
 * 关于
 */
export type About = { version: string, data_folder: string, data_bytes: number, releases: number, documents: number, licences: { name: string; version: string; licence: string; text: string }[], };

/**
 * The settings of a data folder.
 */
export type Settings = { organisation: Organisation, 
/**
 * Who works at this machine; names the author of changes.
 */
user: User, 
/**
 * Offered where a department is asked for.
 */
departments: Array<string>, 
/**
 * Offered where a person is asked for.
 */
people: Array<Person>, documents: DocumentDefaults, print: PrintDefaults, 
/**
 * Where exported files go unless somebody says otherwise. Empty: the system's folder of documents.
 */
export_folder: string, backup: BackupSettings, numbering?: Numbering, };

/**
 * Whose documents these are. Where nothing is set, nothing prints.
 */
export type Organisation = { name: string, 
/**
 * A PNG or JPEG, as a `data:` URL.
 */
logo: string | null, copyright_year: Json, };

/**
 * Who works at this machine. Where no name is set, it is who is logged in.
 */
export type User = { name: string, department: string, };

export type Person = { name: string, department: string, phone: string, };

/**
 * What a document says of itself unless it says otherwise.
 */
export type DocumentDefaults = { 
/**
 * 密级
 */
classification: string, 
/**
 * 受控状态
 */
control_state: string, 
/**
 * 表单编号 by template, where it differs from the template's own.
 */
form_numbers: { [template: string]: string }, 
/**
 * Whether cover and front matter print, by template.
 */
front_matter: { [template: string]: boolean }, 
/**
 * Who signs what: id of a policy.
 */
policy: string, 
/**
 * Patterns of official numbers, where they differ from a template's own; by the template's pattern.
 */
number_patterns: { [pattern: string]: string }, 
/**
 * 保管期限 by template, `"permanent"` or a number of years; 永久 where there is none.
 */
retention: { [template: string]: "permanent" | number }, };

/**
 * How documents print unless somebody says otherwise.
 */
export type PrintDefaults = { duplex: boolean, 
/**
 * Draws 装订线.
 */
binding_line: boolean, };

/**
 * Where copies of the data go beside the data folder itself.
 */
export type BackupSettings = { 
/**
 * A stick or a share that gets a copy each day. Empty: none.
 */
second_folder: string, };

/**
 * Where official numbers come from.
 */
export type Numbering = { given_by: GivenBy, };

/**
 * Who gives official numbers.
 */
export type GivenBy = "here" | "controller";

/**
 * A copy, once it has been opened and checked.
 */
export type BackupCopy = { 
/**
 * By which the program knows it: `here/dossier-20260311-120000.db`.
 */
id: string, file: string, 
/**
 * Local: 2026-03-11 12:00
 */
at: string, place: BackupPlace, 
/**
 * 每日备份, 导入前备份; empty for one of today.
 */
kind: string, bytes: number, releases: number, documents: number, 
/**
 * Frozen revisions, once there are any.
 */
revisions: number | null, 
/**
 * Number of the last entry of its audit log.
 */
entries: number, 
/**
 * 86 个卷宗，214 份文档，审计记录完整
 */
holds: string, 
/**
 * What in it is not as it was once written.
 */
issues: Issue[], };

/**
 * Where a copy lies.
 */
export type BackupPlace = "here" | "second" | "elsewhere";

/**
 * Copies that can take the place of the data, newest first.
 */
export type BackupOffers = { copies: Array<BackupCopy>, 
/**
 * Which of them is recommended, by its id.
 */
recommended: string | null, 
/**
 * 距损坏 27 分钟; empty where there is nothing to say.
 */
distance: string, 
/**
 * Whether there are more than these.
 */
more: boolean, 
/**
 * Copies that were opened and cannot be used, and why.
 */
unusable: Array<string>, 
/**
 * When the data was written last, local: 2026-03-11 12:27
 */
last_write: string | null, 
/**
 * Today, local: 2026-03-11
 */
today: string, };

/**
 * What would be if a copy took the place of the data.
 */
export type BackupLook = { copy: BackupCopy, 
/**
 * 会失去
 */
lost: string, 
/**
 * The documents it is about, the first hundred.
 */
documents: Array<LostDocument>, 
/**
 * How many more documents there are.
 */
more: number, 
/**
 * 不受影响
 */
untouched: string, 
/**
 * What becomes of the data of now.
 */
kept: string, 
/**
 * What was worked on last before the copy was made: people know it again by that.
 */
recent: Array<RecentDocument>, 
/**
 * Whether all this is told from a part of the data, because the rest cannot be read.
 */
guess: boolean, 
/**
 * Whether something would be lost that stands on paper: numbers, signatures.
 */
serious: boolean, };

/**
 * A document of which something would be lost.
 */
export type LostDocument = { 
/**
 * 衡川网络安全审计系统 V4.2.0; empty where it belongs to none.
 */
release: string, 
/**
 * 产品发布申请表
 */
form: string, 
/**
 * Whether it would be gone altogether.
 */
whole: boolean, };

/**
 * A document in a copy.
 */
export type RecentDocument = { release: string, form: string, 
/**
 * When it was changed last, local: 2026-03-11 11:58
 */
at: string, };

/**
 * How the backups of a data folder stand.
 */
export type BackupStatus = { folder: string, 
/**
 * When the last copy was made, local: 2026-03-11 12:00
 */
last: string | null, 
/**
 * Whether something was written since.
 */
changed_since: boolean, copies: number, bytes: number, second: SecondFolder | null, 
/**
 * What people should know, each with what to do.
 */
notices: Array<string>, 
/**
 * Today, local: 2026-03-11
 */
today: string, };

/**
 * How the second folder stands.
 */
export type SecondFolder = { folder: string, 
/**
 * When it was there last, local: 2026-03-11 12:00
 */
reached: string | null, 
/**
 * Whether it is on the disk of the data, and would be lost with it.
 */
same_disk: boolean, 
/**
 * Why nothing could be written there last time.
 */
trouble: string | null, };

/**
 * What was done when a copy was asked for.
 */
export type BackupMade = { 
/**
 * None where nothing was ever written.
 */
copy: BackupCopy | null, 
/**
 * Whether there was such a copy already, since nothing was written after it.
 */
unchanged: boolean, 
/**
 * What of the second folder has to be told.
 */
second: string | null, };

/**
 * A restore that has happened.
 */
export type BackupRestored = { file: string, 
/**
 * Local: 2026-03-11 12:00
 */
at: string, 
/**
 * Name of the file in which the data of before is kept; none where there was none.
 */
kept: string | null, 
/**
 * Where it lies.
 */
folder: string, 
/**
 * Official numbers that were given after the copy was made: void now, never given again.
 */
voided: Array<string>, 
/**
 * Number of the entry in the audit log.
 */
entry: number, };

/**
 * Everything about the approval of one document.
 */
export type Approval = { document: string, release: number | null, template: string, 
/**
 * 产品发布申请表
 */
title: string, 
/**
 * 申请表
 */
short: string, status: Status, 
/**
 * Official, else the provisional one.
 */
number: string, 
/**
 * The revision that the draft is to become: `V1.1`; null where there is no draft.
 */
draft: string | null, 
/**
 * What the draft changes; empty for the first revision.
 */
change_note: string, 
/**
 * What a new draft may be called; null where none can be begun now.
 */
next: NextRevisions | null, 
/**
 * The chains by which the draft may be approved.
 */
offers: Array<ChainOffer>, 
/**
 * Newest first.
 */
revisions: Array<RevisionView>, };

/**
 * What the draft of a next revision may be called.
 */
export type NextRevisions = { 
/**
 * `V1.1`
 */
minor: string, 
/**
 * `V2.0`
 */
major: string, };

/**
 * A chain that a draft may be submitted to.
 */
export type ChainOffer = { id: string, name: string, clause: string | null, afterwards: string | null, 
/**
 * 产品管理部初审
 */
steps: Array<string>, };

/**
 * A frozen revision with its signatures.
 */
export type RevisionView = { 
/**
 * `V1.0`
 */
revision: string, state: RevisionState, 
/**
 * 3F7A-0C91-B2D4
 */
code: string, 
/**
 * What the square code says, without the page.
 */
payload: string, 
/**
 * The square code of the first page as it stands on the paper, row by row: `1` is dark.
 */
square: Array<string>, 
/**
 * The content's hash, in full.
 */
sha256: string, 
/**
 * 128-9C41D2E07A55
 */
anchor: string, pages: number, 
/**
 * Local time.
 */
submitted_at: string, submitted_by: string, change_note: string, 
/**
 * Why it was returned or is obsolete.
 */
reason: string, 
/**
 * Local dates.
 */
printed_on: string | null, effective_on: string | null, obsolete_on: string | null, successor: string | null, 
/**
 * Approval first.
 */
chains: Array<ChainView>, scans: Array<ScanLine>, copies: Array<CopyLine>, };

/**
 * Where a revision stands in its life. 退回 and 作废 are ends.
 */
export type RevisionState = "in_review" | "returned" | "approved" | "controlled" | "obsolete";

export type ChainView = { id: string, name: string, clause: string | null, after_approval: boolean, any_order: boolean, 
/**
 * What a short cut leaves to be done.
 */
afterwards: string | null, steps: Array<StepView>, signed: number, 
/**
 * Whether a signature can be recorded now.
 */
open: boolean, };

export type StepView = { 
/**
 * From 0.
 */
index: number, role: string, verb: string, state: StepState, signature: SignatureView | null, 
/**
 * How the paper words each opinion that it offers.
 */
opinions: Array<OpinionView>, 
/**
 * The earliest date in ink, and why: 不早于第 3 步（03-10）.
 */
not_before: string, not_before_why: string, 
/**
 * Where the signature stands on the paper: `approval[3].name`.
 */
place: string | null, };

export type StepState = "signed" | "next" | "waiting" | "closed";

export type OpinionView = { opinion: Opinion, label: string, };

/**
 * What somebody said by signing.
 */
export type Opinion = "agree" | "refuse" | "supplement";

/**
 * How somebody signed.
 */
export type How = "ink" | "machine";

export type SignatureView = { name: string, signed_on: string, opinion: Opinion, opinion_label: string, supplement: string, how: How, ink: Json, reason: string, 
/**
 * Local time.
 */
recorded_at: string, recorded_by: string, corrections: Array<CorrectionView>, scans: Array<ScanPlace>, };

export type CorrectionView = { text: string, 
/**
 * Local time.
 */
at: string, by: string, };

/**
 * A page of a scan.
 */
export type ScanPlace = { scan: number, 
/**
 * From 1.
 */
page: number, };

/**
 * A scanned page that belongs to a revision, or waits for its place.
 */
export type ScanLine = { scan: number, 
/**
 * Name of the file.
 */
name: string, page: number, 
/**
 * Page of the paper that it shows.
 */
paper_page: number | null, how: Filing, sha256: string, 
/**
 * What could not be read, or what does not fit.
 */
note: string, };

/**
 * How a page found its place.
 */
export type Filing = "code" | "hand" | "unread" | "ignored";

/**
 * A controlled copy.
 */
export type CopyLine = { id: number, 
/**
 * 分发号
 */
copy_number: number, department: string, holder: string, issued_on: string, issued_by: string, received_on: string | null, received_by: string | null, returned_on: string | null, returned_note: string | null, 
/**
 * Of a revision that is obsolete, and not come back yet.
 */
to_take_back: boolean, };

/**
 * What a draft is submitted with.
 */
export type Submission = { 
/**
 * Which of the chains, where there are several.
 */
chain?: string, 
/**
 * 变更说明, compulsory from the second revision on.
 */
change?: string, };

export type Submitted = { number: string, revision: string, code: string, pages: number, 
/**
 * What a short cut leaves to be done.
 */
afterwards: string | null, };

/**
 * A signature to be recorded.
 */
export type Signing = { 
/**
 * The chain; the approval where none is named.
 */
chain?: string, 
/**
 * From 0.
 */
step: number, name: string, 
/**
 * As written on the paper: `2026-03-11`.
 */
signed_on: string, opinion: Opinion, supplement?: string, how: How, 
/**
 * Drawn strokes: `{"aspect": 3.2, "strokes": [[[0.1, 0.5], …], …]}`.
 */
ink?: Json, reason?: string, 
/**
 * The scanned page that shows it.
 */
scan?: ScanPlace, };

/**
 * What a signature led to.
 */
export type Signed = { notices: Array<Notice>, state: RevisionState, 
/**
 * The revision that the draft is to become, where the document was sent back.
 */
draft: string | null, };

/**
 * What somebody should know before signing; it does not keep from it.
 */
export type Notice = { 
/**
 * `own_document`, `same_person`
 */
code: string, message: string, };

/**
 * What a code from paper says.
 */
export type Verdict = { kind: VerdictKind, 
/**
 * One sentence.
 */
message: string, document: string | null, title: string | null, number: string | null, revision: string | null, state: RevisionState | null, 
/**
 * The first field that is not what was printed.
 */
field: string | null, 
/**
 * What else is to be said: a revision in force instead, a broken audit log.
 */
notes: Array<string>, };

export type VerdictKind = "same" | "altered" | "unknown";

/**
 * 修订对照
 */
export type Comparison = { number: string, title: string, from: string, to: string, change_note: string, changes: Array<Changed>, };

/**
 * One thing that differs.
 */
export type Changed = { 
/**
 * 一 基本信息 › 计划发布时间; 变更列表 第 4 行 名称
 */
place: string, 
/**
 * Place in the newer revision, in the older one where it is gone there.
 */
path: string, kind: ChangeKind, 
/**
 * As printed; empty where there was nothing.
 */
before: string, after: string, };

export type ChangeKind = "changed" | "added" | "removed" | "moved";

/**
 * Which paper of a revision is given out.
 */
export type PaperCopy = { "kind": "record" } | { "kind": "controlled", copy: number, } | { "kind": "uncontrolled" };

/**
 * A controlled copy that has to come back.
 */
export type CopyDue = { document: string, number: string, revision: string, 
/**
 * Why it holds no longer.
 */
reason: string, copy: CopyLine, };

/**
 * How the documents of one form are numbered.
 */
export type NumberRule = { template: string, 
/**
 * 产品发布申请表
 */
title: string, 
/**
 * The form's own pattern: `REL-APP-{year}-{seq:03}`. Settings name another one under it.
 */
own: string, pattern: string, 
/**
 * What the next document will be called.
 */
next: string, };

/**
 * A policy as settings offer it.
 */
export type PolicyInfo = { id: string, 
/**
 * 产品发布管理规范
 */
name: string, };

/**
 * What a check of the whole record finds.
 */
export type AuditReport = { 
/**
 * Entries of the log.
 */
entries: number, 
/**
 * Its head, as paper carries it: 128-9C41D2E07A55
 */
head: string, revisions: number, signatures: number, scans: number, 
/**
 * Everything that is not what was written, each with its place: `audit[12]`, `REL-APP-2026-007 V1.0`.
 */
faults: Array<Issue>, };

/**
 * A register. Its rows come from the database alone, so that its counts are those of the database.
 */
export type Register = "controlled" | "void_numbers" | "copies" | "releases" | "due";

/**
 * What of a register is asked for; what is none does not matter.
 */
export type RegisterQuery = { 
/**
 * The day whose state is told, `2026-03-11`; today where it is none. Only 受控文件清单 looks
 * back, and only 到期清单 ahead.
 */
on?: string | null, year?: number | null, };

/**
 * A register as the window shows it: the same cells as on paper.
 */
export type RegisterView = { register: Register, title: string, 
/**
 * Label and value of what stands above the rows.
 */
lines: Array<[string, string]>, columns: Array<RegisterColumn>, rows: Array<RegisterRow>, notes: Array<string>, 
/**
 * That can be asked for, newest first.
 */
years: Array<number>, };

/**
 * A column with its share of the width.
 */
export type RegisterColumn = { label: string, 
/**
 * Beside those of the other columns.
 */
width: number, };

/**
 * A row, and the document that it tells of.
 */
export type RegisterRow = { cells: Array<string>, document: string | null, };

/**
 * How a register is wanted.
 */
export type RegisterFormat = "pdf" | "xlsx" | "csv";

/**
 * What is to be archived: what is none does not matter.
 */
export type ArchiveScope = { year?: number | null, 
/**
 * Id or name of a release.
 */
release?: string | null, 
/**
 * Words that all occur.
 */
query?: string | null, };

/**
 * What is to be archived, and what somebody takes the responsibility for.
 */
export type ArchiveRequest = { scope: ArchiveScope, 
/**
 * Line of the check, or all lines of its kind, and why it is archived all the same.
 */
exceptions: Array<[string, string]>, 
/**
 * Item of 4.4.2 (1 to 4), and who confirms it.
 */
confirmed: Array<[string, string]>, 
/**
 * Release, by id or name, that is not archived this time although the scope has it, and why.
 */
left_out?: Array<[string, string]>, };

/**
 * Of what a line of the check is about.
 */
export type CheckProperty = "complete" | "authentic" | "whole" | "usable" | "safe";

export type CheckOutcome = "passed" | "warning" | "blocking" | "excused";

/**
 * One line of the check.
 */
export type CheckLine = { 
/**
 * Names the line in exceptions: `附录2/REL-SUM-2026-001`.
 */
id: string, property: CheckProperty, outcome: CheckOutcome, 
/**
 * The file, revision or release that it is about.
 */
about: string, 
/**
 * One sentence.
 */
message: string, 
/**
 * Whether a reason helps.
 */
excusable: boolean, 
/**
 * Why it is archived all the same, or who confirms it.
 */
reason?: string, };

/**
 * What the check finds.
 */
export type ArchiveCheck = { 
/**
 * 2026 年
 */
scope: string, releases: number, documents: number, revisions: number, blocking: number, warnings: number, lines: Array<CheckLine>, };

/**
 * A check, with the ways to what its lines are about.
 */
export type ArchiveLook = { check: ArchiveCheck, places: Array<CheckPlace>, };

/**
 * Where the document or release is found that lines of a check are about.
 */
export type CheckPlace = { 
/**
 * As the lines say.
 */
about: string, release: number, 
/**
 * What the release is called.
 */
name: string, 
/**
 * None where the lines are about the release.
 */
document: string | null, 
/**
 * The report of the release, once it was submitted: appendices are added to it.
 */
report: string | null, };

/**
 * A package that was made.
 */
export type ArchiveMade = { path: string, documents: number, revisions: number, files: number, bytes: number, 
/**
 * SHA-256 of its manifest.
 */
digest: string, 
/**
 * 移交校验码: how the digest begins, as the 移交清单 prints it.
 */
code: string, 
/**
 * Head of the audit log in it: 128-9C41D2E07A55
 */
audit_head: string, check: ArchiveCheck, };

/**
 * How far a package is that is being made.
 */
export type Packing = { step: PackingStep, 
/**
 * Of this step: documents, revisions, volumes, lists, files.
 */
done: number, total: number, 
/**
 * What is in hand: `REL-SUM-2026-002 V1.0`.
 */
what: string, 
/**
 * Bytes that were packed so far.
 */
bytes: number, 
/**
 * Where the package will lie.
 */
to: string, };

/**
 * What is done one after the other until a package is there. Hashes are taken while files are written.
 */
export type PackingStep = "check" | "files" | "volumes" | "lists" | "verify";

/**
 * Whether a package is what was packed.
 */
export type PackageVerdict = "sound" | "damaged" | "altered";

/**
 * What a check of a package finds.
 */
export type PackageReport = { 
/**
 * Whether it is a 移交包: it is received, not brought back.
 */
is_handover: boolean, verdict: PackageVerdict, 
/**
 * One sentence.
 */
message: string, documents: number, revisions: number, files: number, bytes: number, digest: string, code: string, audit_head: string | null, 
/**
 * Whether the anchor that was given fits; none where none was given.
 */
anchor: boolean | null, 
/**
 * What is wrong, each with its file.
 */
issues: Array<Issue>, };

/**
 * What came back from a package.
 */
export type PackageRestored = { documents: number, revisions: number, 
/**
 * Documents that were here already, as they are in the package.
 */
known: number, 
/**
 * Documents that were not brought back, because something else stands in their place here; and what of the others
 * contradicts what is here.
 */
issues: Array<Issue>, cancelled: boolean, };

/**
 * What is to be sent.
 */
export type SendRequest = { 
/**
 * Drafts are handed over; submitted documents are told of.
 */
documents: Array<string>, 
/**
 * Who gets it, as people call them.
 */
to: string, 
/**
 * Drafts are to be submitted there, along this chain, with this 变更说明.
 */
submit: boolean, chain: string | null, change: string | null, 
/**
 * Borrowed numbers that are still free go back.
 */
return_numbers: boolean, };

/**
 * A package that was sent.
 */
export type Sent = { path: string, 
/**
 * Of the package.
 */
uid: string, to: string, 
/**
 * `draft`, `submit`, `release`, `lease`
 */
purpose: string, 
/**
 * 移交草稿
 */
label: string, 
/**
 * Read-only here until they come back.
 */
drafts: Array<string>, 
/**
 * Submitted documents that it tells of.
 */
documents: Array<string>, 
/**
 * Borrowed numbers that went back, or numbers that were lent.
 */
numbers: Array<string>, digest: string, 
/**
 * 移交校验码
 */
code: string, };

/**
 * What became of a document of a package.
 */
export type ReceivedAs = "new" | "applied" | "same" | "older" | "beside" | "merged" | "quarantined" | "refused";

export type ReceivedDocument = { 
/**
 * None where nothing of it is here.
 */
id: string | null, title: string, outcome: ReceivedAs, 
/**
 * One sentence.
 */
message: string, 
/**
 * `REL-APP-2026-001 V1.0`, where it was submitted on receipt.
 */
submitted: string | null, 
/**
 * Why it could not be submitted or used.
 */
issues: Array<Issue>, };

/**
 * What a package brought.
 */
export type Received = { 
/**
 * Of the package.
 */
uid: string, purpose: string, label: string, from: string, 
/**
 * Whether it came before.
 */
again: boolean, documents: Array<ReceivedDocument>, 
/**
 * Numbers that may be given here from now on.
 */
borrowed: Array<string>, 
/**
 * Numbers that were lent and of which something is known now.
 */
settled: Array<string>, 
/**
 * What else has to be told.
 */
issues: Array<Issue>, };

/**
 * What is between this machine and others.
 */
export type ExchangeStatus = { 
/**
 * 7F3A-90C1-22DE: whom numbers are lent to.
 */
code: string, name: string, packages: number, out: Array<OutLine>, waiting: Array<WaitingLine>, quarantine: Array<QuarantineLine>, leases: Array<LeaseLine>, };

/**
 * What of exchanges waits for a person, told without changing anything.
 */
export type ExchangeBrief = { out: Array<OutLine>, 
/**
 * Documents with a second version.
 */
waiting: number, 
/**
 * Revisions in quarantine.
 */
alarms: number, };

/**
 * A draft that is out.
 */
export type OutLine = { document: string, title: string, to: string, submit: boolean, 
/**
 * Local time.
 */
at: string, };

/**
 * A document with a second version.
 */
export type WaitingLine = { document: string, title: string, from: string, at: string, };

/**
 * An alarm.
 */
export type QuarantineLine = { 
/**
 * What has the number here; none where that is gone.
 */
document: string | null, title: string, number: string, revision: string, why: string, from: string, at: string, 
/**
 * What it says otherwise than the same revision here; empty where that cannot be told.
 */
changes: Array<Changed>, };

/**
 * A block of numbers.
 */
export type LeaseLine = { 
/**
 * Whether this installation gave it away.
 */
out: boolean, partner: string, first: string, last: string, free: number, used: number, void: number, at: string, };

/**
 * A second version, place by place.
 */
export type Conflict = { document: string, title: string, from: string, at: string, fields: Array<ConflictField>, };

/**
 * A field in which the two differ.
 */
export type ConflictField = { field: string, 
/**
 * As printed.
 */
label: string, 
/**
 * Whether each of its places can be chosen by itself: a table with the same rows on both sides.
 */
by_place: boolean, places: Array<ConflictPlace>, };

/**
 * One place of it.
 */
export type ConflictPlace = { path: string, label: string, here: Json, there: Json, 
/**
 * As printed; empty where nothing stands.
 */
here_shown: string, there_shown: string, };

/**
 * What somebody chose.
 */
export type Choice = { 
/**
 * Fields by id or label; places of a table whose places can be chosen one by one.
 */
take: Array<string>, keep: Array<string>, 
/**
 * What becomes of the others: taken or kept; none where each has to be named.
 */
rest: boolean | null, };

/**
 * What became of it.
 */
export type Chosen = { document: string, taken: Array<string>, kept: Array<string>, 
/**
 * Second versions of the document that still wait.
 */
waiting: number, };

/**
 * What is in a package, and what receiving it would do. Nothing was changed.
 */
export type PackageLook = { 
/**
 * `draft`, `submit`, `release`, `lease`
 */
purpose: string, 
/**
 * 移交草稿
 */
label: string, from: string, 
/**
 * 7F3A-90C1-22DE: of the computer that it comes from.
 */
from_code: string, to: string, 
/**
 * Day: 2026-03-04; empty where the package does not say.
 */
on: string, 
/**
 * 移交校验码
 */
code: string, 
/**
 * Whether the code that was given fits; none where none was given.
 */
anchor: boolean | null, 
/**
 * Whether it came before.
 */
again: boolean, parts: Array<PartLook>, 
/**
 * Numbers that are lent with it.
 */
blocks: Array<BlockLook>, 
/**
 * Borrowed numbers that it tells of.
 */
settled: number, };

/**
 * A draft or a submitted document of a package.
 */
export type PartLook = { 
/**
 * None where nothing of it is here.
 */
id: string | null, 
/**
 * 产品发布申请表
 */
title: string, 
/**
 * 衡川网络安全审计系统 V4.2.0; empty where it belongs to none.
 */
release: string, 
/**
 * 草稿; REL-APP-2026-001 V1.1
 */
what: string, outcome: ReceivedAs, 
/**
 * One sentence: what receiving will do.
 */
message: string, };

/**
 * A block of numbers of a package.
 */
export type BlockLook = { first: string, last: string, count: number, 
/**
 * Whether it is for this computer.
 */
is_for_here: boolean, };

/**
 * What became of a file of scans.
 */
export type FiledScan = { scan: number, name: string, sha256: string, 
/**
 * It was here before, byte for byte; nothing was stored again.
 */
known: boolean, pages: Array<FiledPage>, };

export type FiledPage = { page: number, how: Filing, document: string | null, number: string | null, revision: string | null, paper_page: number | null, note: string, };

/**
 * 手工归位: where a person says that a page belongs.
 */
export type FilingByHand = { 
/**
 * The scan: its SHA-256, or how that begins.
 */
sha256: string, 
/**
 * From 1.
 */
page: number, number: string, revision: string, 
/**
 * Page of the paper that it shows, where that is known.
 */
paper_page?: number, };

/**
 * A revision as it is offered to whoever files a page by hand.
 */
export type FilingPlace = { number: string, revision: string, state: RevisionState, pages: number, 
/**
 * Of the document.
 */
title: string, };

/**
 * One problem with its place.
 */
export type Issue = { 
/**
 * Field and row (`milestones[3].actual`), file and line (`template.toml:12`) or cell (`Sheet1!C5`).
 */
path: string, 
/**
 * What kind of problem, for programs: `required`, `not_a_date`, `unknown_field` …
 */
code: string, 
/**
 * In Chinese, with the label as printed.
 */
message: string, };

/**
 * Why something could not be done, and what to do about it.
 */
export type BackendError = { code: string, 
/**
 * In Chinese: what is wrong, and where.
 */
message: string, 
/**
 * In Chinese: what to do now.
 */
hint: string | null, 
/**
 * Every single problem with its place, where there are several.
 */
issues: Array<Issue>, };

/** A dossier by itself says what its row says. */
export type Dossier = DossierRow;
