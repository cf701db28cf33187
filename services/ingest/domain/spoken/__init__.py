"""Languages that the work needs: title, text and board fields enter; languages with level and evidence leave.

The language that the posting is written in leaves beside them: a weaker sign, for matching to decide by.
"""
