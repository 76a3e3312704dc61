import type {
  About, BackupCopy, BackupLook, BackupMade, BackupOffers, BackupRestored, BackupStatus, Completions, Dossier,
  DossierPage, DossierQuery, Edit, Edited, ExportRequest, ExportResult, HistoryEntry,
  ImportPreview, ImportRequest, ImportedRow, Json, NewRelease, Opened, PickedFile, Progress, Settings, Start, Undone,
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
