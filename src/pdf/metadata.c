/* What a PDF/A file says about itself: XMP, and the colour space its colours are in. */
#include "pdf/paper.h"

static void put_u32(struct buf *out, uint32_t value) {
  uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
  buf_append(out, slice_of(bytes, 4));
}

static void put_xyz(struct buf *out, uint32_t x, uint32_t y, uint32_t z) {
  buf_append(out, S("XYZ \0\0\0\0"));
  put_u32(out, x);
  put_u32(out, y);
  put_u32(out, z);
}

/* multiLocalizedUnicodeType with one English record. */
static void put_words(struct buf *out, const char *ascii) {
  size_t len = strlen(ascii);
  buf_append(out, S("mluc\0\0\0\0\0\0\0\1\0\0\0\14enUS"));
  put_u32(out, (uint32_t)(2 * len));
  put_u32(out, 28);
  for (size_t i = 0; i < len; i++) {
    buf_append_byte(out, 0);
    buf_append_byte(out, (uint8_t)ascii[i]);
  }
}

/* s15Fixed16 numbers: the sRGB primaries of IEC 61966-2-1 adapted to D50 by Bradford, that adaptation, and the transfer
 * curve. */
static void put_tag(struct buf *out, const char *tag) {
  static const uint32_t chad[9] = {0x00010C42, 0x000005DE, 0xFFFFF325, 0x00000793, 0x0000FD90,
                                   0xFFFFFBA1, 0xFFFFFDA2, 0x000003DC, 0x0000C06E};
  static const uint32_t curve[5] = {0x00026666, 0x0000F2A7, 0x00000D59, 0x000013D0, 0x00000A5B};
  if (slice_is(S("desc"), tag)) {
    put_words(out, "sRGB");
  } else if (slice_is(S("cprt"), tag)) {
    put_words(out, "CC0");
  } else if (slice_is(S("wtpt"), tag)) {
    put_xyz(out, 0x0000F6D6, 0x00010000, 0x0000D32D);
  } else if (slice_is(S("rXYZ"), tag)) {
    put_xyz(out, 0x00006FA2, 0x000038F5, 0x00000390);
  } else if (slice_is(S("gXYZ"), tag)) {
    put_xyz(out, 0x00006299, 0x0000B785, 0x000018DA);
  } else if (slice_is(S("bXYZ"), tag)) {
    put_xyz(out, 0x000024A0, 0x00000F84, 0x0000B6CF);
  } else if (slice_is(S("chad"), tag)) {
    buf_append(out, S("sf32\0\0\0\0"));
    for (size_t i = 0; i < 9; i++) {
      put_u32(out, chad[i]);
    }
  } else {
    buf_append(out, S("para\0\0\0\0\0\3\0\0"));
    for (size_t i = 0; i < 5; i++) {
      put_u32(out, curve[i]);
    }
  }
}

struct slice pdf_icc_profile(struct arena *arena) {
  static const char *const tags[] = {"desc", "cprt", "wtpt", "chad", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"};
  enum { TAGS = sizeof tags / sizeof *tags, HEADER_BYTES = 128 };
  struct buf out;
  struct buf data;
  struct buf table;
  buf_init(&data, arena, 512);
  buf_init(&table, arena, 128);
  put_u32(&table, TAGS);
  uint32_t curve_at = 0;
  uint32_t curve_len = 0;
  for (size_t i = 0; i < TAGS; i++) {
    uint32_t at = HEADER_BYTES + 4 + 12 * TAGS + (uint32_t)data.len;
    bool again = slice_is(S("gTRC"), tags[i]) || slice_is(S("bTRC"), tags[i]); /* the three curves are one */
    if (!again) {
      put_tag(&data, tags[i]);
      curve_at = at;
      curve_len = HEADER_BYTES + 4 + 12 * TAGS + (uint32_t)data.len - at;
      while (data.len % 4 != 0) {
        buf_append_byte(&data, 0);
      }
    }
    buf_append_str(&table, tags[i]);
    put_u32(&table, curve_at);
    put_u32(&table, curve_len);
  }
  buf_init(&out, arena, 1024);
  put_u32(&out, (uint32_t)(HEADER_BYTES + table.len + data.len));
  buf_append(&out, S("\0\0\0\0\4\x30\0\0mntrRGB XYZ "));
  buf_append(&out, S("\x07\xEA\0\1\0\1\0\0\0\0\0\0acsp")); /* 2026-01-01 */
  memset(buf_extend(&out, 28), 0, 28);                     /* platform, flags, device, attributes, intent */
  put_u32(&out, 0x0000F6D6);
  put_u32(&out, 0x00010000);
  put_u32(&out, 0x0000D32D);
  memset(buf_extend(&out, HEADER_BYTES - 80), 0, HEADER_BYTES - 80);
  buf_append(&out, buf_slice(&table));
  buf_append(&out, buf_slice(&data));
  return buf_slice(&out);
}

static void put_xml(struct buf *out, struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    switch (text.ptr[i]) {
      case '<':
        buf_append(out, S("&lt;"));
        break;
      case '>':
        buf_append(out, S("&gt;"));
        break;
      case '&':
        buf_append(out, S("&amp;"));
        break;
      default:
        buf_append_byte(out, text.ptr[i]);
        break;
    }
  }
}

static void put_xml_date(struct buf *out, int64_t instant_ms) {
  struct civil_date civil = clock_civil(clock_date_of(instant_ms));
  int32_t seconds = clock_ms_of_day(instant_ms) / 1000;
  buf_printf(out, "%04d-%02u-%02uT%02d:%02d:%02d+07:00", civil.year, civil.month, civil.day, seconds / 3600,
             seconds / 60 % 60, seconds % 60);
}

/* [ISO 19005-2 6.6.2.3] a property that XMP does not know itself, as pdfuaid:part, is described in the file. */
static const char ua_schema[] =
    "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" "
    "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" "
    "xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>PDF/UA</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">"
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>part of ISO 14289"
    "</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>\n"
    "</rdf:Description>";

struct slice pdf_xmp(struct arena *arena, const struct pdf_paper_info *info) {
  struct buf out;
  buf_init(&out, arena, 2048);
  buf_append_str(
      &out,
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
      "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">\n"
      "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>\n"
      "<dc:format>application/pdf</dc:format>\n"
      "<dc:language><rdf:Bag><rdf:li>vi-VN</rdf:li></rdf:Bag></dc:language>\n"
      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
  put_xml(&out, info->title);
  buf_append_str(&out, "</rdf:li></rdf:Alt></dc:title>\n<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">");
  put_xml(&out, info->subject);
  buf_append_str(&out, "</rdf:li></rdf:Alt></dc:description>\n<dc:creator><rdf:Seq><rdf:li>");
  put_xml(&out, info->author);
  buf_append_str(
      &out,
      "</rdf:li></rdf:Seq></dc:creator>\n<xmp:CreatorTool>Danh</xmp:CreatorTool><pdf:Producer>Danh</pdf:Producer>\n"
      "<xmp:CreateDate>");
  put_xml_date(&out, info->created_at_ms);
  buf_append_str(&out, "</xmp:CreateDate><xmp:ModifyDate>");
  put_xml_date(&out, info->created_at_ms);
  buf_append_str(&out, "</xmp:ModifyDate>\n</rdf:Description>\n");
  buf_append_str(&out, ua_schema);
  buf_append_str(&out, "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
  return buf_slice(&out);
}
