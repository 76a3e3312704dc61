INSERT INTO scan_pages (scan_id, page, revision_id, paper_page, turned, how, note, filed_at, filed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (scan_id, page) DO UPDATE SET
  revision_id = ?3, paper_page = ?4, turned = ?5, how = ?6, note = ?7, filed_at = ?8, filed_by = ?9
