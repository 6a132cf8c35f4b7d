"""What turns the course's sources into products: executed pages, the book, the exercises."""
