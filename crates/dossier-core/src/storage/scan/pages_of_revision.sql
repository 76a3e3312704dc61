SELECT scan_id, page, revision_id, paper_page, turned, how, note FROM scan_pages WHERE revision_id = ?1 ORDER BY paper_page, scan_id, page
