/* The pilot's published figures as a report, with an invented arrival curve that sums to them. */
const T = (vi, en) => ({ vi, en })
const first = Date.parse('2024-04-22')
const daysTotal = 54

function spread(total, seed) {
  const weights = Array.from({ length: daysTotal }, (_, i) => {
    const weekday = new Date(first + i * 86400000).getUTCDay()
    return (weekday === 0 || weekday === 6 ? 0.25 : 1) * (0.6 + i / 70) * (0.85 + (((i * 7919 + seed) % 31) / 31) * 0.3)
  })
  const sum = weights.reduce((a, b) => a + b, 0)
  let given = 0
  let reached = 0
  return weights.map((weight) => {
    reached += weight
    const upTo = Math.round((reached / sum) * total)
    const part = upTo - given
    given = upTo
    return part
  })
}
const share = (id, vi, en, numerator, denominator) => {
  const exact = (numerator * 10000) / denominator
  const text = (value) => (value / 100).toFixed(2)
  return {
    id,
    label: T(vi, en),
    numerator,
    denominator,
    percent: text(Math.round(exact)),
    percent_truncated: text(Math.floor(exact)),
  }
}
function scope(code, vi, en, vneid, other, returned, late, open, overdue, fees) {
  return {
    scope: { code, name: T(vi, en) },
    received: vneid + other,
    channels: [
      { channel: 'vneid', received: vneid, returned },
      { channel: 'other', received: other, returned: null },
    ],
    returned,
    returned_unknown: other,
    lateness: {
      early: late[0],
      on_time: late[1],
      late_1: late[2],
      late_2_5: late[3],
      late_over_5: late[4],
      total: returned,
    },
    open,
    open_overdue: overdue,
    reappointed: 0,
    fees: fees[0],
    support: fees[1],
    paid: fees[0] - fees[1],
    shares: [
      share('vneid_of_received', 'VNeID trên tổng tiếp nhận', 'VNeID of all received', vneid, vneid + other),
      share('returned_of_vneid', 'Đã trả trên tiếp nhận VNeID', 'Returned of VNeID', returned, vneid),
      share('in_time', 'Sớm và đúng hạn trên đã trả', 'Early and on time of returned', late[0] + late[1], returned),
    ],
  }
}
export function report(as_of) {
  const hanoi = scope(
    '01',
    'Hà Nội',
    'Hanoi',
    11449,
    11281,
    5811,
    [2887, 1924, 641, 300, 59],
    5638,
    912,
    [2289800000, 702400000],
  )
  const hue = scope(
    '46',
    'Thừa Thiên Huế',
    'Thừa Thiên Huế',
    1954,
    828,
    1559,
    [990, 491, 52, 21, 5],
    395,
    31,
    [390800000, 0],
  )
  const total = scope(
    'all',
    'Cả hai',
    'Both',
    13403,
    12109,
    7370,
    [3877, 2415, 693, 321, 64],
    6033,
    943,
    [2680600000, 702400000],
  )
  const days = []
  for (const [province, channel, count, seed] of [
    ['01', 'vneid', 11449, 3],
    ['01', 'other', 11281, 11],
    ['46', 'vneid', 1954, 5],
    ['46', 'other', 828, 17],
  ])
    spread(count, seed).forEach((received, i) => {
      days.push({
        date: new Date(first + i * 86400000).toISOString().slice(0, 10),
        province,
        channel,
        received,
        returned: null,
      })
    })
  return {
    as_of,
    computed_at: '2026-11-21T02:15:00Z',
    period: { from: '2024-04-22', to: '2024-06-14' },
    unit: T('hồ sơ', 'dossiers'),
    total,
    provinces: [hanoi, hue],
    days,
    assumptions: [
      {
        id: 'curve',
        text: T(
          'Phân bố hồ sơ theo ngày là giả định, tăng dần, ít hơn vào cuối tuần.',
          'The arrival curve by day is assumed: rising, fewer at weekends.',
        ),
      },
      {
        id: 'rest',
        text: T(
          '359 kết quả không có trong số công bố được coi là muộn hơn một ngày: 300 và 59.',
          'The 359 results missing from the publication are taken as more than one day late: 300 and 59.',
        ),
      },
      {
        id: 'early',
        text: T(
          'Tỷ lệ sớm và đúng hạn trong 4.811 kết quả là giả định.',
          'The split of the 4,811 into early and on time is assumed.',
        ),
      },
    ],
  }
}
