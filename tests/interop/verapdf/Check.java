import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Holds papers against PDF/A-2a and PDF/UA-1; one line a file and standard, the broken rules after it. */
public class Check {
  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    boolean good = files.length > 0;
    for (String file : files) {
      for (String flavour : new String[] {"2a", "ua1"}) {
        good &= isCompliant(file, PDFAFlavour.fromString(flavour));
      }
    }
    System.exit(good ? 0 : 1);
  }

  private static boolean isCompliant(String file, PDFAFlavour flavour) throws Exception {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
      ValidationResult result = Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
      System.out.println(file + " " + flavour + " " + (result.isCompliant() ? "compliant" : "NOT COMPLIANT"));
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          System.out.println("  " + assertion.getRuleId().getClause() + " " + assertion.getMessage());
        }
      }
      return result.isCompliant();
    }
  }
}
