//! What is to be laid out.
