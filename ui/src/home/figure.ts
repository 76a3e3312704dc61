import type { DossierDocument } from "../backend/backend";

/** The one figure that matters of a document: 缺 9, 6 行, 3/5, V1.1. */
export function figureOf(document: DossierDocument): string | undefined {
  switch (document.status) {
    case null: return undefined;
    case "draft":
      if (document.rows !== null) return `${document.rows} 行`;
      return document.missing > 0 ? `缺 ${document.missing}` : "已填全";
    case "in_review": return document.steps_all === null ? undefined : `${document.steps_signed ?? 0}/${document.steps_all}`;
    case "controlled": return document.in_force ?? document.revision ?? undefined;
    default: return document.revision ?? undefined;
  }
}
