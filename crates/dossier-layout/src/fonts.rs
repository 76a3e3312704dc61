//! The faces that layout measures with and that the PDF embeds.
