/* note/name.h: what may be a key's name. (private to note/) */
#pragma once
#include "note/note.h"

bool note_is_name(struct slice name);
