-- Legal examples for level-1 enrolment.
local examples = {}

local function example(name, change, expect, relation)
  local applicant = { birth_date = "1990-01-15", citizen = true, level = 0, permanent_province = "46", categories = {}, digital_citizen = false }
  for key, value in pairs(change.applicant or {}) do
    applicant[key] = value
  end
  table.insert(examples, {
    name = name,
    relation = relation,
    input = { submitted_at = change.submitted_at or "2024-07-15T09:00:00+07:00", channel = change.channel or "vneid", applicant = applicant },
    expect = expect,
  })
end

example("one working day, no fee", {}, { due_date = "2024-07-16", fee = 0, support = 0, payable = 0, authority = "police", admitted = true, form = "TK00" })
example("on a Friday: the next Monday", { submitted_at = "2024-07-19T09:00:00+07:00" }, { due_date = "2024-07-22" })
example("after 15:00", { submitted_at = "2024-07-15T15:00:01+07:00" }, { due_date = "2024-07-17" })
example("before Tet", { submitted_at = "2026-02-13T09:00:00+07:00" }, { due_date = "2026-02-23" })
example("under Decree 59 too", { submitted_at = "2024-06-03T09:00:00+07:00" }, { due_date = "2024-06-04" })
example("a foreigner: one as well", { applicant = { citizen = false } }, { due_date = "2024-07-16", admitted = true })
example("14 today", { applicant = { birth_date = "2010-07-15" } }, { admitted = true })
example("13 alone", { applicant = { birth_date = "2010-07-16" } }, { admitted = false, admission_reason = "refused_needs_representative" })
example("13 with a mother who has level 2", { applicant = { birth_date = "2010-07-16", level = 2 } }, { admitted = true, admission_reason = "admitted_with_representative" }, "parent")
example("13 with a father of level 1", { applicant = { birth_date = "2010-07-16", level = 1 } }, { admitted = false, admission_reason = "refused_representative_level" }, "parent")
example("four, on request", { applicant = { birth_date = "2020-07-16", level = 2 } }, { admitted = true }, "parent")
example("a foreign child of four, on request", { applicant = { citizen = false, birth_date = "2020-07-16", level = 2 } }, { admitted = true }, "parent")
example("a ward of forty with the guardian", { applicant = { level = 2 } }, { admitted = true }, "guardian")
example("nobody applies for a spouse", { applicant = { level = 2 } }, { admitted = false, admission_reason = "refused_nobody_else" }, "spouse")
example("not at the desk", { channel = "counter" }, { refused = "/channel" })

return examples
