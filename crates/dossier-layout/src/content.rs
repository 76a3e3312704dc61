//! What is to be laid out.
pub struct Content;
