/* pdf/pdf.h: official papers as PDF: the criminal record certificate (Phiếu lý lịch tư pháp) No. 1 and No. 2, the one-stop
 * shop's slips, the pictures of signatures; and a strict reader of the PDF we write.
 *
 * Standard   ISO 32000-1; PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1), before and after signing. Layout after
 *            forms 06/2013 and 07/2013 of Circular 13/2011/TT-BTP and, for letterhead and signature block, Decree
 *            30/2020/ND-CP.
 * Does not   sign (sign/), know which law applies (the caller gives the legal bases), or decide what may be shown: but
 *            it refuses a No. 1 with an expunged conviction and a No. 2 without the answer about bans.
 * Shapes     text is UTF-8, NFC; dates are civil days (base/clock.h), PDF_NO_DATE where unknown; lengths on the page
 *            are hundredths of a point. The same input gives the same bytes on every machine with the same font and
 *            zlib.
 * Cost       the font is subset and compressed once, in pdf_renderer_open; a certificate is laid out in well under a
 *            millisecond (bench/certificate.c; ADR-0005).
 * Errors     enum pdf_error.
 */
#pragma once
#include "base/arena.h"
#include "base/clock.h"

enum pdf_error {
  PDF_CHARACTER = RESULT_CODE(RESULT_INVALID, MODULE_PDF,
                              1), /* A character the font does not have: a name is shown whole or not at all. */
  PDF_TOO_LONG =
      RESULT_CODE(RESULT_INVALID, MODULE_PDF, 2), /* A field or a list is longer than any real one (PDF_..._MAX). */
  PDF_CONTENT = RESULT_CODE(RESULT_INVALID, MODULE_PDF,
                            3), /* A field the paper cannot do without is missing, or one it may not show is there. */
  PDF_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_PDF, 4), /* Not a PDF of the strict form pdf_document_open reads. */
  PDF_FONT = RESULT_CODE(RESULT_INTERNAL, MODULE_PDF, 5),  /* The embedded font cannot be used. */
};

enum {
  PDF_NO_DATE = INT32_MIN,
  PDF_FIELD_BYTES_MAX = 2000, /* an address is under 300 bytes, a crime with its articles under 1,000 */
  PDF_CONVICTIONS_MAX = 200,  /* some 40 pages */
  PDF_ROWS_MAX = 200,
  PDF_PAGES_MAX = 100,
};

/* ---- renderer ---- */

struct pdf_renderer;
/* One for the process; any thread may use it. The first paper waits until fonts are subset and compressed and what never changes is shaped: a few ms that
 * a server need not spend before its first answer. */
MUST_USE result pdf_renderer_open(struct pdf_renderer **ret_renderer);
void pdf_renderer_close(struct pdf_renderer *renderer);

/* How many bytes of a paper are the same in all papers of this renderer with the same fonts (two in three of a
 * certificate): who stores many can store these once. 0: not a paper of this renderer. */
size_t pdf_front_length(struct pdf_renderer *renderer, struct slice bytes);

/* ---- criminal record certificate ---- */

enum pdf_certificate_kind { PDF_CERTIFICATE_1 = 1, PDF_CERTIFICATE_2 = 2 };

struct pdf_relative {
  struct slice name;  /* empty: not shown as known ("Không có thông tin") */
  struct slice birth; /* the same; empty: not shown */
};

struct pdf_conviction {
  struct slice judgment; /* "Bản án số 12/2015/HSST" */
  struct slice court;
  int32_t judgment_date;
  struct slice crime;   /* offence and articles */
  struct slice penalty; /* main and additional penalty, civil duties, costs */
  struct slice state;   /* "Chưa được xóa án tích", "Đã xóa án tích ngày 05/06/2020" */
  bool expunged;        /* refused on No. 1 */
};

/* Bans from positions, and from founding or managing enterprises and cooperatives: on No. 1 only on request, always on
 * No. 2. */
enum pdf_ban_answer { PDF_BANS_NOT_ASKED, PDF_BANS_NONE, PDF_BANS_LISTED };
struct pdf_ban {
  struct slice position; /* what is forbidden */
  struct slice decision; /* number, date and authority of the decision */
  int32_t from;
  int32_t to; /* PDF_NO_DATE: without end */
};

struct pdf_certificate {
  enum pdf_certificate_kind kind;
  struct slice agency_above; /* letterhead, first line; may be empty */
  struct slice agency;       /* letterhead, second line, bold */
  struct slice number;       /* "25HN2024/00001" */
  struct slice place;        /* "Hà Nội" */
  int32_t issued_on;
  const struct slice *legal_bases; /* each one sentence without its final mark */
  size_t legal_base_count;

  struct slice name;
  struct slice other_name; /* may be empty: line left out */
  struct slice sex;        /* "Nam", "Nữ" */
  struct slice birth;      /* as registered: "28/02/1993", "02/1993" or "1993" */
  struct slice birth_place;
  struct slice nationality;
  struct slice residence_permanent; /* empty: "Không có" */
  struct slice residence_temporary; /* empty: "Không có" */
  struct slice document_type;       /* "Căn cước công dân", "Hộ chiếu" */
  struct slice document_number;
  int32_t document_date;
  struct slice document_place;
  struct pdf_relative father, mother, spouse; /* shown on No. 2 only */

  const struct pdf_conviction *convictions; /* none: "Không có án tích" */
  size_t conviction_count;
  enum pdf_ban_answer ban_answer;
  const struct pdf_ban *bans;
  size_t ban_count;

  struct slice signer_authority; /* "KT. GIÁM ĐỐC"; may be empty */
  struct slice signer_post;      /* "PHÓ GIÁM ĐỐC" */
  struct slice signer_name;

  struct slice dossier_code;
  struct slice check_url; /* printed as QR and as text: origin/check?code=... */
  int64_t created_at_ms;  /* into the metadata */
};

/* The whole file, with two empty signature fields PDF_FIELD_PERSON and PDF_FIELD_SEAL on its last page for sign/ to
 * fill. */
MUST_USE result pdf_certificate_write(struct pdf_renderer *renderer, struct arena *arena,
                                      const struct pdf_certificate *certificate, struct slice *ret_bytes);
#define PDF_FIELD_PERSON "person"
#define PDF_FIELD_SEAL "seal"

/* ---- slips ---- */

struct pdf_row {
  struct slice label;
  struct slice value;
};

enum pdf_paper { PDF_A4, PDF_A5 };

/* A one-stop shop slip: receipt and appointment, supplement request, refusal, apology and re-appointment. Letterhead,
 * title, opening paragraphs, rows of label and value, closing paragraphs, signature block, QR. What is empty is left
 * out. */
struct pdf_slip {
  enum pdf_paper paper;
  struct slice agency_above;
  struct slice agency;
  struct slice number;
  struct slice place;
  int32_t issued_on;
  struct slice title;    /* "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" */
  struct slice subtitle; /* "Mã hồ sơ: H26.11-240614-0001" */
  const struct slice *opening;
  size_t opening_count;
  const struct pdf_row *rows;
  size_t row_count;
  const struct slice *closing;
  size_t closing_count;
  struct slice signer_post;
  struct slice signer_name;
  struct slice qr_text; /* empty: no QR */
  int64_t created_at_ms;
};
MUST_USE result pdf_slip_write(struct pdf_renderer *renderer, struct arena *arena, const struct pdf_slip *slip,
                               struct slice *ret_bytes);

/* ---- pictures of signatures (for sign/) ---- */

/* [Decree 30/2020 Annex I] a person's signature is blue; the agency's is its red stamp with name and time in ISO 8601.
 */
enum pdf_appearance_kind { PDF_APPEARANCE_PERSON, PDF_APPEARANCE_SEAL };
struct pdf_appearance {
  enum pdf_appearance_kind kind;
  struct slice name;  /* of the person or agency */
  struct slice above; /* agency above, along the upper rim of the stamp; may be empty */
  int64_t signed_at_ms;
  int32_t width, height; /* of the field */
  bool wide;             /* the document's fonts hold all Latin letters, not the Vietnamese ones alone */
};
/* Content operators, compressed, that use fonts /F1 (regular) and /F2 (bold). */
MUST_USE result pdf_appearance_write(struct pdf_renderer *renderer, struct arena *arena,
                                     const struct pdf_appearance *appearance, struct slice *ret_operators);

/* ---- strict reader ---- */

enum pdf_kind {
  PDF_NULL,
  PDF_BOOLEAN,
  PDF_INTEGER,
  PDF_REAL,
  PDF_NAME,
  PDF_STRING,
  PDF_ARRAY,
  PDF_DICTIONARY,
  PDF_REFERENCE,
  PDF_STREAM
};

struct pdf_value {
  enum pdf_kind kind;
  int64_t integer;   /* PDF_INTEGER, PDF_BOOLEAN; PDF_REFERENCE: the object number (generation is always 0) */
  struct slice text; /* PDF_NAME without slash, PDF_STRING decoded, PDF_REAL as written; PDF_STREAM: the raw bytes */
  struct slice raw;  /* the value's bytes in the file */
  size_t count;      /* PDF_ARRAY: items; PDF_DICTIONARY, PDF_STREAM: entries */
  const struct pdf_value *items;
  const struct slice *keys; /* of a dictionary; items are their values */
};

struct pdf_object {
  size_t offset;   /* of "N 0 obj"; 0: no such object */
  size_t revision; /* which wrote it last: 0 the first */
  struct pdf_value value;
};

/* One cross-reference section with its trailer, oldest first. */
struct pdf_revision {
  size_t xref_offset;
  size_t end; /* offset just behind its %%EOF line: the revision is bytes [0, end) */
  struct pdf_value trailer;
};

enum { PDF_REVISIONS_MAX = 8, PDF_OBJECTS_MAX = 20000 };

struct pdf_document {
  struct slice bytes;
  size_t revision_count;
  struct pdf_revision revisions[PDF_REVISIONS_MAX];
  size_t object_count;        /* /Size */
  size_t object_room;         /* room in objects */
  struct pdf_object *objects; /* by number */
};

/* Reads the whole file, from the first byte to the last. Strict: the header we write, classic tables only, every byte
 * accounted for (no hidden object, gap or comment), generation 0 throughout, one spelling for numbers and hex, nothing
 * behind the last %%EOF. */
MUST_USE result pdf_document_open(struct arena *arena, struct slice bytes, struct pdf_document *ret_document);
/* The document as it stood after its first `revision_count` revisions. */
MUST_USE result pdf_document_at(struct arena *arena, const struct pdf_document *document, size_t revision_count,
                                struct pdf_document *ret_document);
/* These return NULL when there is none. */
const struct pdf_value *pdf_object_find(const struct pdf_document *document, int64_t number);
const struct pdf_value *pdf_dictionary_find(const struct pdf_value *dictionary, const char *key);
/* The object a reference names; any other value is returned as it is. */
const struct pdf_value *pdf_follow(const struct pdf_document *document, const struct pdf_value *value);

/* ---- filling a signature field, as an incremental update ---- */

struct pdf_signature {
  const char *field; /* PDF_FIELD_... */
  struct slice name;
  struct slice reason;
  struct slice place;
  int64_t signed_at_ms;  /* whole seconds */
  struct slice picture;  /* from pdf_appearance_write */
  size_t contents_bytes; /* room for the CMS object */
  bool certifies;        /* DocMDP /P 2: afterwards only signature fields may be filled; the first signature only */
};

struct pdf_signed {
  struct slice bytes; /* the whole file; /Contents is nought throughout */
  size_t gap_at;      /* the excluded gap, which is exactly /Contents: "<" ... */
  size_t gap_end;     /* ... to behind ">" */
};

/* Size of the field and whether its document has the wide font: what the picture must know. PDF_CONTENT: no such field. */
struct pdf_field_shape {
  int32_t width, height;
  bool wide;
  bool filled;
};
MUST_USE result pdf_field_find(const struct pdf_document *document, const char *field,
                               struct pdf_field_shape *ret_shape);

/* Appends the update: the field with /V and its picture, the signature dictionary, the picture, for a certifying one the
 * catalog with /Perms; nothing else. Deterministic. */
MUST_USE result pdf_signature_add(struct arena *arena, const struct pdf_document *document,
                                  const struct pdf_signature *signature, struct pdf_signed *ret_signed);
/* What the last revision of `document` put into that field; ret_contents: the bytes of /Contents. It is certain that the
 * revision adds this and nothing else only once pdf_signature_add has made the same bytes from it. PDF_SYNTAX. */
MUST_USE result pdf_signature_read(struct arena *arena, const struct pdf_document *document, const char *field,
                                   struct pdf_signature *ret_signature, struct slice *ret_contents);
