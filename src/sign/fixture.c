#include "sign/fixture.h"

#include <stdlib.h>

static void require(result done) {
  if (!is_ok(done)) {
    abort();
  }
}

static result sign_with(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                        struct slice *ret_signature) {
  return key_sign(context, digest, arena, ret_signature);
}

static struct slice certify(struct sign_fixture *fixture, int index, enum x509_profile profile, struct x509_name name) {
  static const int issuers[FIXTURE_KEYS] = {FIXTURE_ROOT, FIXTURE_ROOT, FIXTURE_ISSUING, FIXTURE_ISSUING,
                                            FIXTURE_ISSUING};
  const struct slice certificates[] = {{0}, fixture->root, fixture->issuing, fixture->issuing, fixture->issuing};
  struct x509_request request = {
      .profile = profile,
      .subject = name,
      .issuer = certificates[index],
      .not_before_ms = fixture->now_ms - 1000,
      .not_after_ms = fixture->now_ms + (int64_t)5 * 365 * CLOCK_DAY_MS,
      .crl_url = index > FIXTURE_ROOT ? S("http://localhost:8080/pki/issuing.crl") : S(""),
  };
  struct slice certificate;
  memset(request.serial, 0x21 + index, sizeof request.serial);
  x509_serial_from(request.serial);
  require(key_public(fixture->keys[index], &fixture->arena, &request.spki));
  const struct x509_issuer_key issuer_key = {sign_with, fixture->keys[issuers[index]]};
  require(x509_write(&request, &issuer_key, &fixture->arena, &certificate));
  return certificate;
}

static result fixture_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                           struct slice *ret_signature) {
  struct sign_fixture *fixture =
      (struct sign_fixture *)(void *)((uint8_t *)signer - offsetof(struct sign_fixture, signer));
  int index = slice_is(request->key, "officer/1")  ? FIXTURE_PERSON
              : slice_is(request->key, "seal/H26") ? FIXTURE_SEAL
                                                   : FIXTURE_STRANGER;
  return key_sign(fixture->keys[index], request->digest, arena, ret_signature);
}

void sign_fixture_open(struct sign_fixture *fixture) {
  static const struct x509_name names[FIXTURE_KEYS] = {
      {.organization = S_INIT("Danh"), .common_name = S_INIT("Danh Demonstration Root")},
      {.organization = S_INIT("Danh"), .common_name = S_INIT("Danh Demonstration Issuing CA")},
      {.organization = S_INIT("Sở Tư pháp"), .common_name = S_INIT("Phạm Quốc Khánh"), .serial_number = S_INIT("P-17")},
      {.organization = S_INIT("Sở Tư pháp"), .common_name = S_INIT("Sở Tư pháp thành phố Hà Nội")},
      {.organization = S_INIT("Sở Tư pháp"), .common_name = S_INIT("Lê Thị Khác")},
  };
  *fixture = (struct sign_fixture){.now_ms = 1717549200000, .signer = {.sign = fixture_sign}};
  fixture->env.signer = &fixture->signer;
  for (size_t i = 0; i < FIXTURE_KEYS; i++) {
    require(key_generate(&fixture->keys[i]));
  }
  fixture->root = certify(fixture, FIXTURE_ROOT, X509_ROOT_CA, names[FIXTURE_ROOT]);
  fixture->issuing = certify(fixture, FIXTURE_ISSUING, X509_ISSUING_CA, names[FIXTURE_ISSUING]);
  fixture->person = certify(fixture, FIXTURE_PERSON, X509_PERSON_SIGNING, names[FIXTURE_PERSON]);
  fixture->seal = certify(fixture, FIXTURE_SEAL, X509_AGENCY_SEAL, names[FIXTURE_SEAL]);
  fixture->stranger = certify(fixture, FIXTURE_STRANGER, X509_PERSON_SIGNING, names[FIXTURE_STRANGER]);
  require(pdf_renderer_open(&fixture->renderer));
}

void sign_fixture_close(struct sign_fixture *fixture) {
  pdf_renderer_close(fixture->renderer);
  for (size_t i = 0; i < FIXTURE_KEYS; i++) {
    key_free(&fixture->keys[i]);
  }
  arena_free(&fixture->arena);
}

struct pdf_certificate sign_fixture_paper(void) {
  static const struct slice bases[] = {
      S_INIT("Căn cứ Luật Lý lịch tư pháp ngày 17 tháng 6 năm 2009"),
      S_INIT("Căn cứ Nghị định số 111/2010/NĐ-CP ngày 23 tháng 11 năm 2010 của Chính phủ quy định chi tiết và hướng "
             "dẫn thi "
             "hành một số điều của Luật Lý lịch tư pháp"),
  };
  return (struct pdf_certificate){
      .kind = PDF_CERTIFICATE_1,
      .agency_above = S("ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"),
      .agency = S("SỞ TƯ PHÁP"),
      .number = S("25HN2024/00001"),
      .place = S("Hà Nội"),
      .issued_on = clock_date_from((struct civil_date){2024, 6, 5}),
      .legal_bases = bases,
      .legal_base_count = 2,
      .name = S("NGUYỄN THỊ HƯƠNG GIANG"),
      .sex = S("Nữ"),
      .birth = S("28/02/1993"),
      .birth_place = S("Phường Hàng Bạc, quận Hoàn Kiếm, thành phố Hà Nội"),
      .nationality = S("Việt Nam"),
      .residence_permanent = S("Số 15, ngõ 102 phố Trường Chinh, phường Phương Mai, quận Đống Đa, thành phố Hà Nội"),
      .document_type = S("Thẻ căn cước"),
      .document_number = S("001193000017"),
      .document_date = clock_date_from((struct civil_date){2021, 5, 10}),
      .document_place = S("Cục Cảnh sát quản lý hành chính về trật tự xã hội"),
      .father = {S("NGUYỄN VĂN BÌNH"), S("02/01/1965")},
      .mother = {S("TRẦN THỊ LAN"), S("30/09/1968")},
      .signer_authority = S("KT. GIÁM ĐỐC"),
      .signer_post = S("PHÓ GIÁM ĐỐC"),
      .signer_name = S("Phạm Quốc Khánh"),
      .dossier_code = S("H26.11-240605-0001"),
      .check_url = S("http://localhost:8080/check?code=H26.11-240605-0001"),
      .created_at_ms = 1717549200000,
  };
}

struct sign_order sign_fixture_order(const struct sign_fixture *fixture, enum sign_field field, struct slice pdf) {
  return (struct sign_order){
      .field = field,
      .pdf = pdf,
      .certificate = field == SIGN_PERSON ? fixture->person : fixture->seal,
      .issuer = fixture->issuing,
      .above = field == SIGN_SEAL ? S("UBND thành phố Hà Nội") : S(""),
      .reason = field == SIGN_PERSON ? S("Cấp Phiếu lý lịch tư pháp") : S("Đóng dấu cơ quan"),
      .place = S("Hà Nội"),
      .signed_at_ms = fixture->now_ms + (field == SIGN_SEAL ? 65000 : 5000),
  };
}

result sign_fixture_sign(struct sign_fixture *fixture, struct arena *arena, const struct sign_order *order,
                         struct slice *ret_pdf) {
  struct sign_prepared prepared;
  TRY(sign_prepare(fixture->renderer, arena, order, &prepared));
  const struct sign_authority authority = {.key = order->field == SIGN_PERSON ? S("officer/1") : S("seal/H26"),
                                           .reference = S("H26.11-240605-0001")};
  return sign_complete(&fixture->env, arena, &prepared, &authority, ret_pdf);
}

result sign_fixture_paper_signed(struct sign_fixture *fixture, struct arena *arena, struct slice *ret_pdf) {
  struct pdf_certificate paper = sign_fixture_paper();
  struct slice pdf;
  TRY(pdf_certificate_write(fixture->renderer, arena, &paper, &pdf));
  struct sign_order order = sign_fixture_order(fixture, SIGN_PERSON, pdf);
  TRY(sign_fixture_sign(fixture, arena, &order, &pdf));
  order = sign_fixture_order(fixture, SIGN_SEAL, pdf);
  return sign_fixture_sign(fixture, arena, &order, ret_pdf);
}
