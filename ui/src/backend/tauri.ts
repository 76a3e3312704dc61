import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Backend, Packing, PickedFile, Progress } from "./backend";

/** The program behind the window; this is the only file that knows how it is reached. */
export function tauriBackend(): Backend {
  return {
    start: () => invoke("start"),

    dossiers: (query) => invoke("dossiers", { query }),
    dossier: (release) => invoke("dossier", { release }),
    newRelease: (request) => invoke("new_release", { request }),
    addDocument: (release, template) => invoke("add_document", { release, template }),
    removeRelease: (release) => invoke("remove_release", { release }),
    loadSample: () => invoke("load_sample"),

    open: (document) => invoke("open", { document }),
    edit: (document, edits) => invoke("edit", { document, edits }),
    undo: (document) => invoke("undo", { document }),
    redo: (document) => invoke("redo", { document }),
    history: (document) => invoke("history", { document }),
    completions: () => invoke("completions"),
    preview: (document) => invoke("preview", { document }),

    pickWorkbook: () => invoke("pick_workbook"),
    onFileDropped,
    onClosing,
    planImport: (document, request) => invoke("plan_import", { document, request }),
    applyImport: (document, request, rows) => invoke("apply_import", { document, request, rows }),

    approval: (document) => invoke("approval", { document }),
    openRevision: (document, revision) => invoke("open_revision", { document, revision }),
    submit: (document, submission) => invoke("submit", { document, submission }),
    withdraw: (document, reason) => invoke("withdraw", { document, reason }),
    sign: (document, signing) => invoke("sign", { document, signing }),
    checkSigning: (document, signing) => invoke("check_signing", { document, signing }),
    correctSignature: (document, chain, step, text) => invoke("correct_signature", { document, chain, step, text }),
    bringIntoForce: (document, on) => invoke("bring_into_force", { document, on }),
    voidRevision: (document, revision, reason) => invoke("void_revision", { document, revision, reason }),
    revise: (document, major, change) => invoke("revise", { document, major, change }),
    discardDraft: (document) => invoke("discard_draft", { document }),
    compare: (document, from, to) => invoke("compare", { document, from, to }),
    revisionPaper: (document, revision, copy) => invoke("revision_paper", { document, revision, copy }),
    printRevision: (document, revision, copy) => invoke("print_revision", { document, revision, copy }),
    exportRevision: (document, revision, copy) => invoke("export_revision", { document, revision, copy }),
    printComparison: (document, from, to) => invoke("print_comparison", { document, from, to }),
    issueCopy: (document, department, holder) => invoke("issue_copy", { document, department, holder }),
    receiveCopy: (copy, by, on) => invoke("receive_copy", { copy, by, on }),
    returnCopy: (copy, note, on) => invoke("return_copy", { copy, note, on }),
    copiesToTakeBack: () => invoke("copies_to_take_back"),
    policies: () => invoke("policies"),
    numberRules: () => invoke("number_rules"),
    nextNumber: (template) => invoke("next_number", { template }),
    voidNextNumber: (template, reason) => invoke("void_next_number", { template, reason }),
    startNumbersAfter: (template, lastUsed) => invoke("start_numbers_after", { template, lastUsed }),
    verifyPrint: (code, anchor) => invoke("verify_print", { code, anchor }),
    verifyAudit: (anchor) => invoke("verify_audit", { anchor }),

    pickScan: () => invoke("pick_scan"),
    fileScan: (file, onPage) => invoke("file_scan", { file, progress: new Channel<number>(onPage) }),
    waitingScans: () => invoke("waiting_scans"),
    filingPlaces: () => invoke("filing_places"),
    scanPicture: (scan, page, longest) => invoke("scan_picture", { scan, page, longest }),
    fileByHand: (filing) => invoke("file_by_hand", { filing }),
    setPageAside: (scan, page) => invoke("set_page_aside", { scan, page }),
    openScan: (scan) => invoke("open_scan", { scan }),
    register: (register, query) => invoke("register", { register, query }),
    exportRegister: (register, query, format) => invoke("export_register", { register, query, format }),

    checkArchive: (scope, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("check_archive", { scope, progress });
    },
    makeArchive: (request, onProgress) => {
      const progress = new Channel<Packing>(onProgress);
      return invoke("make_archive", { request, progress });
    },
    attachAppendix: (document, appendix) => invoke("attach_appendix", { document, appendix }),
    pickPackage: () => invoke("pick_package"),
    verifyPackage: (file, anchor, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("verify_package", { file, anchor, progress });
    },
    restorePackage: (file, anchor, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("restore_package", { file, anchor, progress });
    },

    exchangeBrief: () => invoke("exchange_brief"),
    exchangeStatus: () => invoke("exchange_status"),
    sendPackage: (request) => invoke("send_package", { request }),
    takeBack: (document) => invoke("take_back", { document }),
    conflicts: (document) => invoke("conflicts", { document }),
    choose: (document, choice) => invoke("choose", { document, choice }),
    lendNumbers: (template, count, to, code) => invoke("lend_numbers", { template, count, to, code }),
    isHandover: (file) => invoke("is_handover", { file }),
    lookIntoPackage: (file, anchor, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("look_into_package", { file, anchor, progress });
    },
    receivePackage: (file, anchor, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("receive_package", { file, anchor, progress });
    },

    exportFiles: (request, onProgress) => {
      const progress = new Channel<Progress>(onProgress);
      return invoke("export_files", { request, progress });
    },
    cancelExport: () => invoke("cancel_export"),
    print: (document, options) => invoke("print", { document, options }),
    openFile: (path) => invoke("open_file", { path }),
    revealFile: (path) => invoke("reveal_file", { path }),

    saveSettings: (changes) => invoke("save_settings", { changes }),
    savePreferences: (changes) => invoke("save_preferences", { changes }),
    pickLogo: () => invoke("pick_logo"),
    pickFolder: () => invoke("pick_folder"),
    about: () => invoke("about"),

    backupStatus: () => invoke("backup_status"),
    backupNow: () => invoke("backup_now"),
    backupOffers: (most) => invoke("backup_offers", { most }),
    backupLook: (copy) => invoke("backup_look", { copy }),
    backupRestore: (copy) => invoke("backup_restore", { copy }),
    pickBackup: () => invoke("pick_backup"),
    pickBackupFolder: () => invoke("pick_backup_folder"),
    saveDiagnosis: () => invoke("save_diagnosis"),
    leave: () => invoke("leave"),
  };
}

function onFileDropped(listener: (file: PickedFile) => void): () => void {
  const listening = listen<PickedFile>("file-dropped", (event) => listener(event.payload));
  // Without the event nothing can be dropped, and files are picked through the dialog instead.
  listening.catch(() => undefined);
  return () => void listening.then((stop) => stop(), () => undefined);
}

function onClosing(finish: () => Promise<unknown>): void {
  const leave = (): Promise<unknown> => invoke("leave");
  listen("closing", () => void finish().then(leave, leave)).catch(() => undefined);
}
