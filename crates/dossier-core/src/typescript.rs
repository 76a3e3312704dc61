//! The types of the door to the window, made from the Rust types: `ui/src/backend/generated.ts`.

use ts_rs::{Config, TS};

const HEAD: &str = "\
// Made from the Rust types by a test of dossier-core (UPDATE_EXPECT=1 writes it anew); do not edit.

/** `planned_at`, `plan[3].version`: a field, or a cell of a table. */
export type Path = string;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One row of a table field, by column id. */
export type Row = { [key: string]: Json };
";

const TAIL: &str = "
/** A dossier by itself says what its row says. */
export type Dossier = DossierRow;
";

macro_rules! declarations {
    ($config:expr; $($type:ty),* $(,)?) => { vec![$(declaration::<$type>($config)),*] };
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(config))
}

fn generated() -> String {
    use crate::archive::{
        ArchiveCheck, ArchiveLook, ArchiveMade, ArchiveRequest, CheckLine, CheckPlace, Outcome, PackageReport,
        PackageVerdict, Packing, PackingStep, Property, Restored, Scope,
    };
    use crate::backup::wire::*;
    use crate::control::*;
    use crate::dossiers::*;
    use crate::exchange::{
        BlockLook, Choice, Chosen, Conflict, ConflictField, ConflictPlace, ExchangeBrief, ExchangeStatus, LeaseLine,
        OutLine, PackageLook, PartLook, QuarantineLine, Received, ReceivedAs, ReceivedDocument, SendRequest, Sent,
        WaitingLine,
    };
    use crate::form::*;
    use crate::import::confirm::*;
    use crate::settings::{
        BackupSettings, DocumentDefaults, GivenBy, Numbering, Organisation, Person, PrintDefaults, Settings, User,
    };
    use crate::storage::{Filing, FilingPlace, How, Opinion, RevisionState, Status};
    use crate::workspace::AuditReport;
    use crate::{Error, Issue};
    let config = &Config::default().with_large_int("number");
    let declarations = declarations![config;
        Form, FormStyle, Section, Block, What, GridRow, GridCell, Align, TableLayout, TableColumn, Part, Field, FieldKind,
        ChoiceOption, Table, FixedRow, Totals, State, Status, Derived, DerivedFrom, SectionState, Required, Problem,
        ProblemKind, DocumentHead, Letterhead, Opened, Edit, Edited, Undone, HistoryEntry,
        ImportRequest, ImportMode, ImportPreview, ImportColumn, ImportedRow, ImportWarning,
        DossierQuery, DossierPage, Stage, DossierRow, DossierDocument, NewRelease, TemplateInfo,
        Start, Completions, PersonName, Name, ExportRequest, ExportResult, Progress, PickedFile, About,
        Settings, Organisation, User, Person, DocumentDefaults, PrintDefaults, BackupSettings, Numbering, GivenBy,
        BackupCopy, BackupPlace, BackupOffers, BackupLook, LostDocument, RecentDocument, BackupStatus, SecondFolder, BackupMade,
        BackupRestored,
        Approval, NextRevisions, ChainOffer, RevisionView, RevisionState, ChainView, StepView, StepState, OpinionView, Opinion, How,
        SignatureView, CorrectionView, ScanPlace, ScanLine, Filing, CopyLine, Submission, Submitted, Signing, Signed,
        Notice, Verdict, VerdictKind, Comparison, Changed, ChangeKind, PaperCopy, CopyDue, NumberRule, PolicyInfo,
        AuditReport, Register, RegisterQuery, RegisterView, RegisterColumn, RegisterRow, RegisterFormat,
        Scope, ArchiveRequest, Property, Outcome, CheckLine, ArchiveCheck, ArchiveLook, CheckPlace, ArchiveMade,
        Packing, PackingStep, PackageVerdict, PackageReport, Restored,
        SendRequest, Sent, ReceivedAs, ReceivedDocument, Received, ExchangeStatus, ExchangeBrief, OutLine, WaitingLine,
        QuarantineLine, LeaseLine, Conflict, ConflictField, ConflictPlace, Choice, Chosen, PackageLook, PartLook, BlockLook,
        FiledScan, FiledPage, FilingByHand, FilingPlace, Issue, Error,
    ];
    format!("{HEAD}\n{}{TAIL}", declarations.join("\n"))
}

#[test]
fn the_window_knows_the_types_of_the_core() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/backend/generated.ts");
    expect_test::expect_file![file].assert_eq(&generated());
}
