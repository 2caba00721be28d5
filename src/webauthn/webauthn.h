/* webauthn/webauthn.h: the relying party's side of WebAuthn: what an authenticator says, verified. */
#pragma once
#include "base/arena.h"
