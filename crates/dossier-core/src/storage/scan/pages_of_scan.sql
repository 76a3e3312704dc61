SELECT scan_id, page, revision_id, paper_page, turned, how, note FROM scan_pages WHERE scan_id = ?1 ORDER BY page
