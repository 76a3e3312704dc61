import { computed, shallowRef } from "vue";

import type { Approval, Backend, BackendError, ChainView, RevisionView, StepView } from "../backend/backend";
import { asBackendError } from "../problems";
import { entriesOf, type Entry } from "./entries";

/** What the screen shows. */
export interface Chosen {
  document: string;
  /** Null: the draft. */
  revision: string | null;
  chain: string | null;
  step: number | null;
}

/** The approvals of one dossier, and which of them the screen 审批与签字 shows. */
export class Signing {
  /** In the order of the documents. */
  readonly approvals = shallowRef<Approval[]>([]);
  readonly failure = shallowRef<BackendError | null>(null);
  readonly chosen = shallowRef<Chosen | null>(null);

  readonly entries = computed(() => entriesOf(this.approvals.value));
  readonly approval = computed<Approval | null>(() => this.approvals.value.find(({ document }) => document === this.chosen.value?.document) ?? null);
  readonly revision = computed<RevisionView | null>(() => this.approval.value?.revisions.find(({ revision }) => revision === this.chosen.value?.revision) ?? null);
  readonly chain = computed<ChainView | null>(() => this.revision.value?.chains.find(({ id }) => id === this.chosen.value?.chain) ?? null);
  readonly step = computed<StepView | null>(() => this.chain.value?.steps[this.chosen.value?.step ?? -1] ?? null);
  /** Whether the revision on the screen is the latest: only there something can still happen. */
  readonly isLatest = computed(() => this.revision.value !== null && this.revision.value === this.approval.value?.revisions[0]);

  constructor(private readonly backend: Backend) {}

  /** Reads everything anew; what was chosen stays so where it is still there. `document`: shown first, if it can be. */
  async load(documents: readonly string[], document: string | null = null): Promise<void> {
    try {
      this.approvals.value = await Promise.all(documents.map((id) => this.backend.approval(id)));
      this.failure.value = null;
    } catch (reason) {
      this.failure.value = asBackendError(reason);
      return;
    }
    if (this.chosen.value && (document === null || document === this.chosen.value.document)) this.settle();
    else this.begin(document);
  }

  /** Reads one document anew, after something was done to it. */
  async reload(document: string): Promise<Approval> {
    const fresh = await this.backend.approval(document);
    this.approvals.value = this.approvals.value.map((own) => (own.document === document ? fresh : own));
    this.settle();
    return fresh;
  }

  choose({ document, revision, chain }: Pick<Entry, "document" | "revision" | "chain">): void {
    this.chosen.value = { document, revision, chain, step: null };
    this.settle();
  }

  chooseStep(step: number, chain?: string): void {
    const chosen = this.chosen.value;
    if (chosen) this.chosen.value = { ...chosen, chain: chain ?? chosen.chain, step };
  }

  /** Goes on to what is to be done next for a document. */
  goOn(document: string): void {
    this.begin(document);
  }

  /** What waits in this document, else what became of it, else what waits in another one. */
  private begin(document: string | null): void {
    const entries = this.entries.value;
    const own = entries.filter((entry) => entry.document === document);
    const entry = own.find(({ group }) => group === "waiting") ?? own.find(({ revision }) => revision !== null)
      ?? entries.find(({ group }) => group === "waiting") ?? own[0] ?? entries[0];
    if (entry) this.choose(entry);
    else this.chosen.value = null;
  }

  /** What is not there any more gives way to what is. */
  private settle(): void {
    const chosen = this.chosen.value;
    const approval = this.approvals.value.find(({ document }) => document === chosen?.document);
    if (!chosen || !approval) return;
    if (chosen.revision === null) {
      if (approval.draft === null) this.begin(chosen.document);
      return;
    }
    const revision = approval.revisions.find((own) => own.revision === chosen.revision);
    if (!revision) return this.begin(chosen.document);
    const chain = revision.chains.find(({ id }) => id === chosen.chain) ?? revision.chains[0];
    const steps = chain?.steps ?? [];
    const next = steps.find(({ state }) => state === "next") ?? steps.filter(({ state }) => state === "signed").at(-1) ?? steps[0];
    this.chosen.value = { ...chosen, chain: chain?.id ?? null, step: chosen.step ?? next?.index ?? null };
  }
}
