/* api/application.h: what an application for a certificate has in common, whether the citizen sends it or the desk writes it down. (private to api/) */
#pragma once
#include "api/people.h"

/* Schema Form: the applicant's, about one of their subjects. */
MUST_USE result api_application_put_form(struct api_call *call, struct db_tx *tx, const struct api_subjects *subjects,
                                          const struct api_subject *subject);
/* subject, certificate, copies and channel of a body. channels: the words that may stand there; NULL-ended, the first is meant when there is none. */
struct api_application_reader {
  struct api_applicant applicant;
  const char *const *channels;
  struct dossier_application *application;
  struct api_subject *subject; /* written: whom it is about */
};
#define API_LLTP_SCOPE "dossier.lltp" /* in which one acts for another here */
extern const char *const api_own_channels[]; /* those a citizen sends themself */
MUST_USE result api_application_read(struct api_call *call, const struct jin *root, const struct api_application_reader *reader);
/* The rest of a body of schema SubmitRequest. */
MUST_USE result api_application_read_form(struct api_call *call, const struct jin *root, struct dossier_application *application,
                                          int64_t *ret_payable_shown);
/* Schema Preview. The caller has recorded the read. */
MUST_USE result api_application_send_preview(struct api_call *call, const struct dossier_application *application,
                                             const struct dossier_preview *preview);
/* Submits; what is wrong in the form, and which channels are open instead of a closed one, goes into the problem. */
MUST_USE result api_application_submit(struct api_call *call, struct dossier_application *application, struct dossier *ret_dossier);
/* Schema DossierReceipt: what one must know at once, all of it in the dossier's own row. The form and the reasons were just seen; whoever wants
 * them again reads the dossier, below `folder`. */
void api_application_send_receipt(struct api_call *call, const struct dossier *dossier, const char *folder);
