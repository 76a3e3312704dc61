import type {
  About, Approval, ArchiveLook, ArchiveMade, ArchiveRequest, ArchiveScope, AuditReport, BackupCopy, BackupLook,
  BackupMade, BackupOffers, BackupRestored, BackupStatus, Choice, Chosen, Comparison, Completions, Conflict, CopyDue,
  CopyLine, Dossier, DossierPage, DossierQuery, Edit, Edited, ExchangeBrief, ExchangeStatus, ExportRequest, ExportResult,
  FiledPage, FiledScan, FilingByHand, FilingPlace, HistoryEntry, ImportPreview, ImportRequest, ImportedRow, Json,
  NewRelease, Notice, NumberRule, Opened, PackageLook, PackageReport, PackageRestored, PaperCopy, PickedFile, PolicyInfo,
  Packing, Progress, Received, Register, RegisterFormat, RegisterQuery, RegisterView, SendRequest, Sent, Settings, Signed, Signing,
  Start, Submission, Submitted, Undone, Verdict,
} from "./generated";

export * from "./generated";

/**
 * The only door to the program: `tauri.ts` in the window, `memory.ts` in tests.
 *
 * Whatever cannot be done rejects with a `BackendError`.
 */
export interface Backend {
  start(): Promise<Start>;

  // ---- dossiers
  dossiers(query: DossierQuery): Promise<DossierPage>;
  dossier(release: number): Promise<Dossier>;
  newRelease(request: NewRelease): Promise<number>;
  /** Begins a document of a release and returns its id. */
  addDocument(release: number, template: string): Promise<string>;
  /** Deletes a release whose documents are all drafts. */
  removeRelease(release: number): Promise<void>;
  loadSample(): Promise<number>;

  // ---- one document
  open(document: string): Promise<Opened>;
  edit(document: string, edits: Edit[]): Promise<Edited>;
  undo(document: string): Promise<Undone>;
  redo(document: string): Promise<Undone>;
  history(document: string): Promise<HistoryEntry[]>;
  completions(): Promise<Completions>;
  /** The PDF as it would be exported now. */
  preview(document: string): Promise<ArrayBuffer>;

  /** The window is about to close: what is under way is finished first, for a second or two. */
  onClosing(finish: () => Promise<unknown>): void;

  // ---- import
  /** Lets the person pick a workbook; null: they changed their mind. */
  pickWorkbook(): Promise<PickedFile | null>;
  /** Files that are dropped on the window. Returns how to stop listening. */
  onFileDropped(listener: (file: PickedFile) => void): () => void;
  planImport(document: string, request: ImportRequest): Promise<ImportPreview>;
  /** Writes the rows, corrected or not, as one step of undo. */
  applyImport(document: string, request: ImportRequest, rows: ImportedRow[]): Promise<Edited>;

  // ---- documents under control; a revision that is null is the latest
  approval(document: string): Promise<Approval>;
  /** A revision as it was frozen, with its signatures, whatever the document is now. */
  openRevision(document: string, revision: string | null): Promise<Opened>;
  /** Freezes the draft, gives it its number and sends it into approval. */
  submit(document: string, submission: Submission): Promise<Submitted>;
  /** Calls a revision back from approval; returns what the draft is to become. */
  withdraw(document: string, reason: string): Promise<string>;
  sign(document: string, signing: Signing): Promise<Signed>;
  /** What there is to say about a signature before it is recorded; rejects as `sign` would. */
  checkSigning(document: string, signing: Signing): Promise<Notice[]>;
  /** Explains what was recorded wrongly. `chain` null: the approval. */
  correctSignature(document: string, chain: string | null, step: number, text: string): Promise<void>;
  /** 受控: from a day on (null: today) in place of the one before. Returns the revision. */
  bringIntoForce(document: string, on: string | null): Promise<string>;
  voidRevision(document: string, revision: string | null, reason: string): Promise<void>;
  /** Begins the draft of the next revision; returns what it is to become. */
  revise(document: string, major: boolean, change: string): Promise<string>;
  /** Gives up the draft of a next revision; the last one stands again. */
  discardDraft(document: string): Promise<void>;
  /** 修订对照; `from` null: the one before. */
  compare(document: string, from: string | null, to: string | null): Promise<Comparison>;
  /** The PDF of a revision, to be looked at. */
  revisionPaper(document: string, revision: string | null, copy: PaperCopy): Promise<ArrayBuffer>;
  /** Records the printing and opens the PDF in the system's viewer; returns its path. */
  printRevision(document: string, revision: string | null, copy: PaperCopy): Promise<string>;
  /** The same into a file; null: the person changed their mind, and nothing was recorded. */
  exportRevision(document: string, revision: string | null, copy: PaperCopy): Promise<ExportResult | null>;
  /** Opens 修订对照 as a PDF; returns its path. */
  printComparison(document: string, from: string | null, to: string | null): Promise<string>;
  issueCopy(document: string, department: string, holder: string): Promise<CopyLine>;
  receiveCopy(copy: number, by: string, on: string | null): Promise<void>;
  returnCopy(copy: number, note: string, on: string | null): Promise<void>;
  copiesToTakeBack(): Promise<CopyDue[]>;
  policies(): Promise<PolicyInfo[]>;
  numberRules(): Promise<NumberRule[]>;
  /** What the next document of a form will be called, if nobody is quicker. */
  nextNumber(template: string): Promise<string>;
  /** Takes the next number and gives it up; returns it. */
  voidNextNumber(template: string, reason: string): Promise<string>;
  /** Numbers up to this one were used on paper before this program; returns the next. */
  startNumbersAfter(template: string, lastUsed: string): Promise<string>;
  verifyPrint(code: string, anchor: string | null): Promise<Verdict>;
  verifyAudit(anchor: string | null): Promise<AuditReport>;
  /** A register of the document controller, made anew. */
  register(register: Register, query: RegisterQuery): Promise<RegisterView>;
  /** The same into a file; null: the person changed their mind. */
  exportRegister(register: Register, query: RegisterQuery, format: RegisterFormat): Promise<ExportResult | null>;

  // ---- archive packages; `cancelExport` stops what runs
  /** What of a scope passes and what does not, without exceptions. Takes as long as drawing every paper of it. */
  checkArchive(scope: ArchiveScope, onProgress: (progress: Progress) => void): Promise<ArchiveLook>;
  /** Asks where to, then packs; null: the person changed their mind or stopped it, and nothing was written. */
  makeArchive(request: ArchiveRequest, onProgress: (packing: Packing) => void): Promise<ArchiveMade | null>;
  /** Lets the person pick a file and adds it to a submitted report; null: they changed their mind. Returns the revision. */
  attachAppendix(document: string, appendix: number): Promise<string | null>;
  /** Lets the person pick a package; null: they changed their mind. */
  pickPackage(): Promise<PickedFile | null>;
  /** Whether a package is what was packed; `anchor`: 移交校验码 or an anchor of the audit log, from signed paper. */
  verifyPackage(file: string, anchor: string | null, onProgress: (progress: Progress) => void): Promise<PackageReport>;
  /** Brings the dossiers of a sound package here. */
  restorePackage(file: string, anchor: string | null, onProgress: (progress: Progress) => void): Promise<PackageRestored>;

  // ---- between machines; `cancelExport` stops what runs
  /** What waits for a person, and which drafts are out. Changes nothing. */
  exchangeBrief(): Promise<ExchangeBrief>;
  /** Everything between this machine and others; who asks first gets a code. */
  exchangeStatus(): Promise<ExchangeStatus>;
  /** Asks where to, then writes a package; drafts in it are read-only from then on. Null: the person changed their mind. */
  sendPackage(request: SendRequest): Promise<Sent | null>;
  /** Takes a draft back that is out; returns from whom. */
  takeBack(document: string): Promise<string>;
  /** Second versions of a document that wait for a choice, oldest first. */
  conflicts(document: string): Promise<Conflict[]>;
  /** Chooses between a document and the oldest of its second versions. */
  choose(document: string, choice: Choice): Promise<Chosen>;
  /** Asks where to, then lends the next numbers of a form; `code`: of the computer, where it is not known by name. */
  lendNumbers(template: string, count: number, to: string, code: string | null): Promise<Sent | null>;
  /** Whether a picked file says that it is a package between machines; null: it is no package. */
  isHandover(file: string): Promise<boolean | null>;
  /** What is in a package, and what receiving it would do. Changes nothing. */
  lookIntoPackage(file: string, anchor: string | null, onProgress: (progress: Progress) => void): Promise<PackageLook>;
  receivePackage(file: string, anchor: string | null, onProgress: (progress: Progress) => void): Promise<Received>;

  // ---- scans of signed paper; a scan is named by its SHA-256
  /** Lets the person pick a scan; null: they changed their mind. */
  pickScan(): Promise<PickedFile | null>;
  /** Keeps a picked or dropped file byte for byte and files each page by its code; tells each page that was looked at. */
  fileScan(file: string, onPage: (page: number) => void): Promise<FiledScan>;
  /** The pages that wait to be filed by hand. */
  waitingScans(): Promise<FiledScan[]>;
  /** Where they can be filed, newest revisions first. */
  filingPlaces(): Promise<FilingPlace[]>;
  /** A page as PNG, its longer side of so many pixels. */
  scanPicture(scan: string, page: number, longest: number): Promise<ArrayBuffer>;
  fileByHand(filing: FilingByHand): Promise<FiledPage>;
  /** Says that a page belongs to no document. */
  setPageAside(scan: string, page: number): Promise<FiledPage>;
  /** Opens the file as it came; returns its path. */
  openScan(scan: string): Promise<string>;

  // ---- out
  /** Asks where to, then writes; null: the person changed their mind. */
  exportFiles(request: ExportRequest, onProgress: (progress: Progress) => void): Promise<ExportResult | null>;
  /** Stops the export that runs; what is finished stays. */
  cancelExport(): Promise<void>;
  /** Opens the PDF in the system's viewer, to be printed there; returns its path. */
  print(document: string, options: { blank: boolean; for_signing: boolean }): Promise<string>;
  /** Opens a file that was exported. */
  openFile(path: string): Promise<void>;
  /** Shows an exported file in its folder. */
  revealFile(path: string): Promise<void>;

  // ---- settings
  /** Changes what is mentioned; null restores a default. */
  saveSettings(changes: { [key: string]: Json }): Promise<Settings>;
  savePreferences(changes: { [key: string]: Json }): Promise<void>;
  /** Lets the person pick a picture; a data: URL. */
  pickLogo(): Promise<string | null>;
  pickFolder(): Promise<string | null>;

  // ---- backups; all but the status and 立即备份 works where nothing can be opened
  backupStatus(): Promise<BackupStatus>;
  /** Makes a copy, unless nothing was written since the last one. */
  backupNow(): Promise<BackupMade>;
  /** At most so many copies that were opened and checked, newest first. */
  backupOffers(most: number): Promise<BackupOffers>;
  /** What is in a copy, and what would be lost. Changes nothing. */
  backupLook(copy: string): Promise<BackupLook>;
  /** Puts a copy in the place of the data; what was there is kept. The session has to begin anew. */
  backupRestore(copy: string): Promise<BackupRestored>;
  /** Lets the person pick a copy that lies anywhere; it was opened and checked. */
  pickBackup(): Promise<BackupCopy | null>;
  pickBackupFolder(): Promise<string | null>;
  /** Writes what an administrator wants to know where nothing opens; the path of the file. */
  saveDiagnosis(): Promise<string | null>;
  /** Closes the window. */
  leave(): Promise<void>;
  about(): Promise<About>;
}
