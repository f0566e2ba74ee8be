/* Text objects, read without asking the interpreter. */
#ifndef PA_TEXT_H
#define PA_TEXT_H

#include "layout/frames.h"

/* How many bytes a str comes to as UTF-8, without an end, as far as it is kept: 65,536 characters. */
size_t pa_text_size(const pa_frames *frames, uintptr_t text);
/* Writes it. A zero in it becomes U+FFFD, a lone surrogate three bytes. */
void pa_text_write(const pa_frames *frames, uintptr_t text, char *to);
/* Whether it is the same as what pa_text_write would write. */
bool pa_text_same(const pa_frames *frames, uintptr_t text, const char *as);
/* Goes on with an FNV-1a hash. */
uint32_t pa_text_hash(const pa_frames *frames, uintptr_t text, uint32_t hash);

#endif
