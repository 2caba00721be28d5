/* Giấy tờ giữ trên thiết bị. Bản tiếng Anh ở en_kept.ts có cùng các khóa. */
export const viKept = {
  kept: {
    title: 'Không kết nối được',
    away: 'Dưới đây là giấy tờ ông/bà đã chọn giữ trên thiết bị này.',
    away_none:
      'Ông/bà chưa chọn giữ giấy tờ nào trên thiết bị này, nên không có gì để xem khi mất kết nối. Giấy tờ trong ví vẫn còn nguyên.',
    mark: 'Hiển thị từ thiết bị này, như lúc {{at}}',
    mark_text: 'Chưa hỏi được hệ thống: từ lúc đó giấy tờ có thể đã bị thu hồi.',
    holder: 'Người được cấp',
    verified: 'Lần kiểm tra gần nhất',
    was_valid: 'Còn giá trị lúc {{at}}',
    was_invalid: 'Không còn giá trị lúc {{at}}',
    not_verified: 'Chưa kiểm tra được',
    open: 'Xem văn bản đã ký',
    no_page: 'Không mở được văn bản. Mời tải lại trang.',
    choice_heading: 'Xem khi mất kết nối',
    choice: 'Giữ trên thiết bị này',
    choice_help:
      'Giấy tờ được mã hóa trong trình duyệt này và xem được mà không cần mã bí mật. Chỉ chọn trên thiết bị của riêng ông/bà. Đăng xuất thì bị xóa.',
    working: 'Đang làm...',
    is_kept: 'Đã giữ trên thiết bị này.',
  },
}
