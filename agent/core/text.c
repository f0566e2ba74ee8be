#include "core/text.h"

/* Longer texts are cut: as much of a name or a path as anybody reads. */
enum { LONGEST = 1 << 16 };

/* PyASCIIObject.state (Include/cpython/unicodeobject.h): kind in bits 2-4, compact in bit 5, ascii in bit 6 of the word
   behind ob_base, length and hash. 3.8-3.15. */
enum { KIND_SHIFT = 2, KIND = 7, COMPACT = 1 << 5, ASCII = 1 << 6 };

typedef struct {
    uintptr_t data, length;
    unsigned width; /* 1, 2 or 4; 0: not readable */
} content;

static content content_of(const pa_frames *frames, uintptr_t text)
{
    const uintptr_t word = sizeof(uintptr_t);
    uint32_t state = 0;
    if (text != 0) {
        __builtin_memcpy(&state, (const void *)(text + 4 * word), sizeof state);
    }
    const unsigned width = state >> KIND_SHIFT & KIND;
    if (width == 0) { /* up to 3.11: one that is not ready */
        return (content){0};
    }
    uintptr_t length = pa_word(text + 2 * word);
    length = length < LONGEST ? length : LONGEST;
    uintptr_t head = (frames->wide_text ? 6 : 5) * word; /* PyASCIIObject: the state takes a word */
    if ((state & ASCII) == 0) {
        head += (frames->wide_text ? 3 : 2) * word; /* PyCompactUnicodeObject: utf8_length, utf8, wstr_length */
    }
    if ((state & COMPACT) == 0) { /* of a subclass: PyUnicodeObject.data, behind a PyCompactUnicodeObject */
        return (content){pa_word(text + (frames->wide_text ? 9 : 7) * word), length, width};
    }
    return (content){text + head, length, width};
}

static uint32_t character(const content *of, uintptr_t i)
{
    uint32_t value = 0;
    __builtin_memcpy(&value, (const void *)(of->data + i * of->width), of->width);
    return value == 0 ? 0xfffd : value;
}

static unsigned encode(uint32_t character, char *to)
{
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        to[0] = (char)(0xc0 | character >> 6);
        to[1] = (char)(0x80 | (character & 63));
        return 2;
    }
    if (character < 0x10000) {
        to[0] = (char)(0xe0 | character >> 12);
        to[1] = (char)(0x80 | (character >> 6 & 63));
        to[2] = (char)(0x80 | (character & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | character >> 18);
    to[1] = (char)(0x80 | (character >> 12 & 63));
    to[2] = (char)(0x80 | (character >> 6 & 63));
    to[3] = (char)(0x80 | (character & 63));
    return 4;
}

size_t pa_text_size(const pa_frames *frames, uintptr_t text)
{
    content of = content_of(frames, text);
    char bytes[4];
    size_t size = 0;
    for (uintptr_t i = 0; of.width != 0 && i < of.length; i++) {
        size += encode(character(&of, i), bytes);
    }
    return size;
}

void pa_text_write(const pa_frames *frames, uintptr_t text, char *to)
{
    content of = content_of(frames, text);
    for (uintptr_t i = 0; of.width != 0 && i < of.length; i++) {
        to += encode(character(&of, i), to);
    }
}

bool pa_text_same(const pa_frames *frames, uintptr_t text, const char *as)
{
    content of = content_of(frames, text);
    char bytes[4];
    for (uintptr_t i = 0; of.width != 0 && i < of.length; i++) {
        unsigned size = encode(character(&of, i), bytes);
        for (unsigned b = 0; b < size; b++) {
            if (*as++ != bytes[b]) {
                return false;
            }
        }
    }
    return *as == '\0';
}

uint32_t pa_text_hash(const pa_frames *frames, uintptr_t text, uint32_t hash)
{
    content of = content_of(frames, text);
    for (uintptr_t i = 0; of.width != 0 && i < of.length; i++) {
        hash = (hash ^ character(&of, i)) * 16777619u;
    }
    return (hash ^ 0xff) * 16777619u;
}
