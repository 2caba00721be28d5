/* server/messages.h: how messages leave the house: a mail server, an SMS gateway over HTTP, or the demonstration's screen. (private to server/)
 * Does not   choose providers' formats: the request to a gateway is danh.ini's template.
 */
#pragma once
#include "message/message.h"
#include "server/away.h"
#include "server/settings.h"

struct server_messages {
  struct snapshot_slot *settings; /* of struct server_settings, asked for each message */
  struct server_away mail;
  struct server_away sms;
};
/* A channel without configuration is the screen's in a demonstration, else it waits. */
struct message_senders server_messages_senders(struct server_messages *messages);
