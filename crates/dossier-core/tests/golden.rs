//! The frames of all samples, kept: a change of layout shows as a change of lines.
//!
//! `UPDATE_EXPECT=1 cargo test -p dossier-core --test golden` writes them anew; look at the pages before you commit.

use std::path::Path;
use std::sync::Arc;

use dossier_core::compose::{Front, Letterhead, Marks, Wanted, compose};
use dossier_core::document::{Draft, Values, validate};
use dossier_core::template::Library;
use dossier_layout::{FontData, Fonts, dump, lay_out};
use expect_test::expect_file;
use serde_json::Map;

fn fonts(root: &Path) -> Fonts {
    let names = ["NotoSansSC_400Regular", "NotoSansSC_700Bold", "NotoSerifSC_400Regular", "NotoSerifSC_700Bold"];
    let read = |name: &str| FontData {
        bytes: Arc::new(std::fs::read(root.join(format!("assets/fonts/{name}.ttf"))).expect("run `cargo xtask setup`")),
        index: 0,
    };
    Fonts::new(names.map(read)).expect("the faces of the house")
}

#[test]
fn the_samples_are_laid_out_as_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let library = Library::open(&[root.join("templates")]).expect("the templates");
    let fonts = fonts(&root);
    for template in library.iter() {
        let template = template.expect("a sound template");
        let content = library.sample(&template.id).expect("a sample");
        let document = validate(&Draft { template: template.id.clone(), content }, template).expect("a sound sample");
        let facts = Map::new();
        let values = Values::new(&document, template, &facts);
        let letterhead = Letterhead {
            organisation: "星图科技有限公司".into(),
            year: "2026".into(),
            classification: "内部".into(),
            ..Letterhead::default()
        };
        let wanted = Wanted { draft: true, front: Front::Auto, ..Wanted::default() };
        let paper = compose(template, &values, &letterhead, &Marks::default(), wanted);
        let frames = dump(&lay_out(&paper.content, &fonts));
        expect_file![format!("{}/tests/golden/{}.txt", root.display(), template.id)].assert_eq(&frames);
    }
}
