#include "register/synth_names.h"

#include "codec/utf8.h"

/* "piece weight|piece weight|..." */
struct people_surnames {
  int ethnic;
  const char *pieces;
};
static const struct people_surnames SURNAMES[SYNTH_PEOPLES] = {
    {1,
     "Nguyễn 384|Trần 121|Lê 95|Phạm 70|Hoàng 30|Huỳnh 21|Phan 45|Vũ 25|Võ 20|Đặng 21|Bùi 20|Đỗ 16|Hồ 13|Ngô 13|Dương "
     "10|Lý 5|Đinh 8|"
     "Mai 6|Trịnh 7|Đoàn 6|Lương 6|Trương 9|Cao 6|Tạ 5|Hà 6|Phùng 4|Chu 4|Thái 3|Quách 2|Lâm 5|Vương 3|Đào 6|La 2|Tô "
     "3|Kiều 2|Tăng 2|"
     "Châu 3|Diệp 1|Khổng 1|Nghiêm 1|Lưu 4|Thân 1|Viên 1|Triệu 2|Giang 1|Bạch 1|Từ 2|Tống 2|Ông 1|Quan 1|Cù 1|Mạc "
     "1|Doãn 1|Phí 1"},
    {2, "Hoàng 20|Nông 20|Bế 6|Đàm 8|Lương 10|Triệu 6|Hà 8|Ma 8|Nguyễn 12|La 4|Dương 6|Lục 3|Vi 5"},
    {3, "Lò 35|Cà 8|Quàng 9|Tòng 8|Lường 8|Cầm 5|Hoàng 6|Vi 6|Lô 6|Lương 5|Hà 6|Đèo 2"},
    {5, "Thạch 20|Sơn 14|Kim 14|Danh 14|Lâm 10|Châu 10|Lý 6|Trần 6|Kiên 3|Huỳnh 3"},
    {6, "Bùi 40|Đinh 16|Quách 10|Hà 10|Bạch 4|Nguyễn 8|Phạm 6|Trương 4|Xa 2"},
    {7, "Nông 14|Hoàng 18|Lương 8|Vi 8|Triệu 6|Hứa 5|Lành 3|Mông 4|Long 4|Phùng 4|Chu 4|Linh 3|Nguyễn 8"},
    {8, "Giàng 16|Vàng 16|Thào 12|Sùng 14|Lý 8|Má 6|Lầu 8|Vừ 6|Mùa 5|Cứ 3|Hầu 3|Hạng 3"},
    {10, "Rơ Châm 10|Ksor 16|Siu 14|Rah Lan 8|Kpă 10|Nay 8|Rmah 8|Puih 5"},
    {12, "Niê 24|Êban 10|Byă 8|Ayun 6|Mlô 10|Ktla 4|Buôn Yă 5|Kbuôr 5|Hđơk 4"},
};

static const char *const MIDDLE[2][SYNTH_ERAS] = {
    {
        "Văn 55|Hữu 6|Đình 6|Xuân 4|Đức 5|Quang 4|Công 3|Ngọc 4|Thanh 2|Bá 2|Trọng 2|Duy 1|Viết 2|Thế 3|Minh 2",
        "Văn 38|Hữu 5|Đình 5|Xuân 4|Đức 8|Quang 6|Công 4|Ngọc 5|Thanh 4|Minh 6|Mạnh 4|Tuấn 2|Trọng 2|Việt 2|Anh 2|Thế "
        "3|Hoàng 3",
        "Văn 14|Đức 10|Quang 8|Minh 14|Gia 8|Anh 5|Hoàng 7|Tuấn 4|Bảo 5|Đình 3|Hữu 3|Thành 4|Nhật 4|Duy 4|Khánh 3|Tiến "
        "3|Ngọc 4|Xuân 2",
    },
    {
        "Thị 92|Ngọc 2|Kim 3|Thanh 1|Thu 1|Xuân 1",
        "Thị 74|Ngọc 6|Kim 4|Thanh 4|Thu 4|Thùy 2|Bích 2|Phương 2|Minh 2|Hồng 2",
        "Thị 30|Ngọc 14|Thanh 6|Thu 5|Phương 7|Bảo 6|Minh 8|Khánh 5|Thảo 3|Quỳnh 3|Hà 3|Diệu 2|Tuệ 2|Hoài 2|Thùy 3|Mai "
        "3",
    },
};

static const char *const GIVEN[2][SYNTH_ERAS] = {
    {
        "Hùng 6|Thắng 4|Bình 4|Minh 4|Sơn 4|Hải 4|Long 3|Dũng 4|Tâm 3|Thành 4|Lợi 3|Phúc 3|Hòa 3|Khánh 2|Bảy 2|Năm "
        "1|Tư 1|Chiến 3|Đông 2|"
        "Quý 2|Thọ 2|Vinh 3|Cường 3|Đức 2|Hiền 2|Lâm 2|Nam 2|Nghĩa 2|Toàn 2|Trung 3|Xuân 2|An 2|Ba 1|Khoa 1|Sáu "
        "1|Thạch 1|Tiến 2",
        "Hùng 6|Dũng 6|Tuấn 7|Cường 5|Nam 5|Hải 4|Sơn 4|Thành 4|Long 4|Trung 4|Minh 4|Hoàng 4|Hiếu 3|Quân 3|Đạt "
        "3|Phong 3|Anh 4|Việt 3|"
        "Tùng 4|Linh 2|Kiên 3|Hưng 4|Khánh 2|Thắng 4|Bình 3|Đức 4|Huy 4|Lâm 2|Nghĩa 2|Phúc 2|Quang 3|Tài 2|Tiến 3|Toàn "
        "2|Trường 2|Vinh 2",
        "Anh 8|Minh 8|Huy 7|Khang 6|Khôi 5|Bảo 6|Đăng 4|Đạt 5|Đức 5|Dương 4|Hoàng 5|Hiếu 4|Kiên 4|Long 5|Nam 5|Nguyên "
        "4|Phong 5|Phúc 5|"
        "Quân 5|Quang 3|Sơn 3|Thịnh 4|Trung 3|Tuấn 3|Việt 3|Vinh 3|Khoa 4|Lâm 4|Nhân 3|Thiện 3|An 3|Hải 3|Hưng 3|Tùng "
        "3",
    },
    {
        "Lan 6|Hoa 6|Hồng 5|Mai 5|Cúc 3|Liên 4|Hương 4|Nga 4|Thanh 4|Tâm 3|Thu 3|Bình 3|Hòa 3|Loan 4|Lý 2|Minh 3|Ngọc "
        "3|Nhung 2|Oanh 2|"
        "Phượng 4|Sáu 1|Sen 2|Tám 1|Thảo 2|Thơm 2|Thủy 4|Tuyết 4|Vân 4|Xuân 3|Yến 3|Hiền 4|Hà 3|Dung 3|Chín 1|Bảy 1",
        "Hương 7|Hoa 4|Hà 6|Lan 4|Linh 5|Mai 4|Nga 3|Ngọc 4|Nhung 4|Phương 5|Thảo 5|Thủy 5|Thu 3|Trang 6|Vân 4|Yến "
        "4|Hằng 5|Hiền 5|Huyền 5|"
        "Loan 3|Lý 2|Mến 1|Oanh 2|Quỳnh 3|Tâm 3|Thanh 3|Thúy 4|Tuyết 2|Xuân 2|Dung 3|Giang 3|Hạnh 3|Nguyệt 2|Bích "
        "1|Diệp 2|Duyên 3|Ly 2",
        "Anh 10|Linh 9|Trang 6|Chi 6|Ngọc 6|Nhi 6|My 5|Vy 6|Hân 4|Thảo 5|Phương 5|Hà 4|Giang 4|Mai 4|Quỳnh 4|Trâm "
        "4|Thư 5|Uyên 4|Yến 3|"
        "Ngân 5|Hương 3|Huyền 3|Nhung 2|Dương 3|An 3|Hiền 2|Khánh 2|Như 4|Tiên 3|Trúc 3|Châu 3|Diệp 3",
    },
};

static const char STREETS[] =
    "Trần Hưng Đạo 3|Lê Lợi 3|Hai Bà Trưng 3|Quang Trung 3|Nguyễn Huệ 3|Lý Thường Kiệt 3|Phan Đình Phùng 2|Ngô Quyền 2|"
    "Bà Triệu 2|Hùng Vương 3|Lê Hồng Phong 2|Phan Chu Trinh 2|Nguyễn Trãi 2|Trần Phú 3|Điện Biên Phủ 2|Cách Mạng Tháng "
    "Tám 1|"
    "Hoàng Diệu 2|Đinh Tiên Hoàng 2|Lạc Long Quân 1|Âu Cơ 1";

static result pool_parse(struct arena *arena, const char *text, struct synth_pool *ret_pool) {
  struct slice rest = slice_str(text);
  size_t count = 1;
  for (size_t i = 0; i < rest.len; i++) {
    count += rest.ptr[i] == '|';
  }
  struct synth_pool pool = {ARENA_ARRAY(arena, struct synth_piece, count), 0};
  uint32_t sum = 0;
  while (rest.len > 0) {
    struct slice item = slice_cut(&rest, '|');
    size_t blank = item.len;
    while (blank > 0 && item.ptr[blank - 1] != ' ') {
      blank--;
    }
    uint32_t weight = 0;
    for (size_t i = blank; i < item.len; i++) {
      weight = weight * 10 + (uint32_t)(item.ptr[i] - '0');
    }
    sum += weight;
    struct synth_piece *piece = &pool.pieces[pool.count++];
    TRY(utf8_nfc(slice_sub(item, 0, blank - 1), arena, &piece->text));
    TRY(utf8_search_fold(piece->text, arena, &piece->fold));
    piece->up_to = sum;
  }
  *ret_pool = pool;
  return OK;
}

result register_synth_names_init(struct arena *arena, struct synth_names *ret_names) {
  struct synth_names names = {0};
  for (size_t i = 0; i < SYNTH_PEOPLES; i++) {
    TRY(pool_parse(arena, SURNAMES[i].pieces, &names.surnames[i]));
  }
  for (size_t sex = 0; sex < 2; sex++) {
    for (size_t era = 0; era < SYNTH_ERAS; era++) {
      TRY(pool_parse(arena, MIDDLE[sex][era], &names.middle[sex][era]));
      TRY(pool_parse(arena, GIVEN[sex][era], &names.given[sex][era]));
    }
  }
  TRY(pool_parse(arena, STREETS, &names.streets));
  *ret_names = names;
  return OK;
}

const struct synth_piece *register_synth_piece_pick(const struct synth_pool *pool, struct random *random) {
  uint64_t at = random_below(random, pool->pieces[pool->count - 1].up_to);
  size_t i = 0;
  while (pool->pieces[i].up_to <= at) {
    i++;
  }
  return &pool->pieces[i];
}

const struct synth_piece *register_synth_surname_pick(const struct synth_names *names, int ethnic, struct random *random) {
  for (size_t i = 1; i < SYNTH_PEOPLES; i++) {
    if (SURNAMES[i].ethnic == ethnic) {
      return register_synth_piece_pick(&names->surnames[i], random);
    }
  }
  return register_synth_piece_pick(&names->surnames[0], random);
}

static struct slice join(struct arena *arena, const struct slice *words, size_t count) {
  size_t len = count - 1;
  for (size_t i = 0; i < count; i++) {
    len += words[i].len;
  }
  uint8_t *joined = arena_alloc(arena, len);
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (i > 0) {
      joined[at++] = ' ';
    }
    memcpy(joined + at, words[i].ptr, words[i].len);
    at += words[i].len;
  }
  return slice_of(joined, len);
}

struct synth_name register_synth_name_make(const struct synth_names *names, struct arena *arena, struct random *random,
                                  const struct synth_bearer *bearer) {
  size_t era = bearer->birth_year < 1965 ? 0 : bearer->birth_year < 1995 ? 1 : 2;
  size_t sex = bearer->sex == REGISTER_MALE ? 0 : 1;
  const struct synth_piece *parts[4] = {bearer->surname, register_synth_piece_pick(&names->middle[sex][era], random)};
  size_t count = 2;
  /* A second middle name is a given name of two syllables: Nguyễn Thị Thu Hà. */
  uint64_t two_middles_percent = era == 0 ? 10 : era == 1 ? 25 : 35;
  const struct synth_piece *given = register_synth_piece_pick(&names->given[sex][era], random);
  if (random_below(random, 100) < two_middles_percent) {
    const struct synth_piece *second = register_synth_piece_pick(&names->given[sex][era], random);
    if (second != given && second != parts[1]) {
      parts[count++] = second;
    }
  }
  parts[count++] = given;
  struct slice text[4];
  struct slice fold[4];
  for (size_t i = 0; i < count; i++) {
    text[i] = parts[i]->text;
    fold[i] = parts[i]->fold;
  }
  return (struct synth_name){join(arena, text, count), join(arena, fold, count)};
}
