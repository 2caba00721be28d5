/* server/messages.h: how messages leave the house: a mail server, an SMS gateway over HTTP, or the demonstration's screen. (private to server/)
 * Does not   choose providers' formats: the request to a gateway is danh.ini's template.
 */
#pragma once
#include "message/message.h"
#include "server/server.h"

struct server_messages {
  struct arena *arena; /* as long as the server: secrets lie in it */
  struct server_config *config;
  struct slice mail_password;
  struct slice sms_authorization;
};
/* Reads the files danh.ini names. SERVER_CONFIG. A channel without configuration is the screen's in a demonstration, else it waits. */
MUST_USE result server_messages_open(struct server_messages *messages, struct message_senders *ret_senders);
