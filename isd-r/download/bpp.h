/* bpp: LoadBoundProfilePackage, a bound package taken in as one stream of bytes whatever the blocks
 * it comes in (SGP.22 §2.5.4, §5.5, §5.7.6). A table says which element may come when. */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_H

#include "isd-r/download/download.h"

/* Is this first block of a STORE DATA command part of a package: of the one that is coming in, or
 * the start of one that the session has been prepared for? If not, it is another function's. In
 * mid-element any block may be the element's. */
bool bpp_takes(const struct download *download, struct bytes block);
bool bpp_is_in_element(const struct download *download);
/* A STORE DATA command with a part of the package begins: the package, if it is the first one. 0, a
 * status word if the command is to be refused, after which it may come again, or a failure. */
int bpp_begin_segment(struct download *download);
/* Takes the next bytes of the segment. What is wrong with them is remembered for bpp_answer(). 0 or
 * a failure. */
int bpp_feed(struct download *download, struct bytes bytes);
/* The package is complete, or was refused: bpp_answer() is due at the end of the command. */
bool bpp_is_over(const struct download *download);
/* Refuses a package because somebody wants it so, not for what is in it. */
void bpp_refuse(struct download *download, int reason);
/* Installs the profile or throws it away, keeps the signed ProfileInstallationResult and answers
 * it. 0 or a failure. */
int bpp_answer(struct download *download, struct writer *response);
/* Something else came in mid-package: the session ends with a result that is kept. 0 or a failure.
 */
int bpp_interrupt(struct download *download);
/* Forgets the package. */
void bpp_forget(struct download *download);

#endif
