/* pdf/font_data.h: the bytes of the embedded fonts, put into the program by the build (font_data.c.in). (private to
 * pdf/) */
#pragma once
#include <stdint.h>

extern const uint8_t pdf_font_data_regular[], pdf_font_data_regular_end[];
extern const uint8_t pdf_font_data_bold[], pdf_font_data_bold_end[];
