/* jose/jose.h: JSON Web Keys, signatures, tokens and DPoP proofs. */
#pragma once
#include "base/arena.h"
