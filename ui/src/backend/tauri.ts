import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Backend, PickedFile, Progress } from "./backend";

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
