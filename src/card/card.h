/* card/card.h: the identity card as text: TD1 machine-readable zone and QR code. */
#pragma once
#include "base/arena.h"
